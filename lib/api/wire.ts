/**
 * The Step Functions wire protocol, JSON 1.0: the operation is named by a header, its input is the body.
 * Moments are seconds since the epoch with milliseconds behind the point.
 */
import type { Face } from "./face.ts";
import type { HttpAnswer } from "./http.ts";
import { bodyText } from "./json-body.ts";
import type { Answer } from "./operation.ts";
import { isOperation } from "./operations.ts";
import { perform } from "./permissions.ts";
import { unknownOperation, unreadable } from "./refusal.ts";

const prefix = "AWSStepFunctions.";

export const wire: Face = {
  async answer(call, { headers, body, requestId }) {
    const target = headers.get("x-amz-target");
    const name = target?.startsWith(prefix) ? target.slice(prefix.length) : "";
    if (!isOperation(name)) throw unknownOperation(target);
    return reply(200, requestId, writeAnswer(await perform(call, name, readObject(body))));
  },

  refuse(refusal, { requestId }) {
    const { type, message, members, name, status } = refusal;
    return reply(status, requestId, JSON.stringify({ __type: type, message, ...members }), {
      "x-amzn-errortype": name,
    });
  },
};

function readObject(body: Uint8Array): unknown {
  try {
    return JSON.parse(bodyText(body));
  } catch {
    throw unreadable("The body is not a JSON object in UTF-8");
  }
}

function writeAnswer(answer: Answer): string {
  return JSON.stringify(inSeconds(answer));
}

/** Copies what has a moment in it and nothing else. A replacer would be called for each member of a thousand events. */
function inSeconds(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(inSeconds);
  let copy: Record<string, unknown> | undefined;
  for (const [member, held] of Object.entries(value)) {
    const shown = inSeconds(held);
    if (shown === held) continue;
    copy ??= { ...value };
    copy[member] = shown;
  }
  return copy ?? value;
}

function reply(status: number, requestId: string, body: string, headers: Record<string, string> = {}): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": requestId, ...headers },
    body,
  };
}
