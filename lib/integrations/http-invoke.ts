/**
 * `arn:aws:states:::http:invoke`: any HTTPS API, with a connection that says who is calling. An answer outside
 * 2xx is a failure that keeps status, headers and body in its cause.
 */
import { isObject, type JsonObject, parseJson, type Value, writeJson } from "../asl/json.ts";
import type { Inspected } from "../engine/inspect-port.ts";
import type { CallResult } from "../engine/ports.ts";
import { callFailure } from "./call-failure.ts";
import { type Authorizer, type Connection, ConnectionFailure, createAuthorizer } from "./http/connection.ts";
import { exchange, type HttpReply, type Reach, TooLarge, Unreachable } from "./http/exchange.ts";
import { inspected } from "./http/inspected.ts";
import { connectionArnOf, requestOf, type Secured, WrongParameters } from "./http/parameters.ts";
import { withTrace } from "./http/traceparent.ts";
import type { Integration, IntegrationCall } from "./integration.ts";

/** Undefined: there is none of that name. */
export type FindConnection = (arn: string, call: IntegrationCall) => Promise<Connection | undefined>;

export interface HttpOptions {
  readonly connections: FindConnection;
  readonly reach?: Reach;
}

export function httpInvoke({ connections, reach = {} }: HttpOptions): Integration {
  const authorizer = createAuthorizer();
  return async (call) => {
    try {
      return await invoke(call, connections, authorizer, reach);
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      return failureOf(error);
    }
  };
}

async function invoke(
  call: IntegrationCall,
  find: FindConnection,
  authorizer: Authorizer,
  reach: Reach,
): Promise<CallResult & Inspected> {
  const given = parseJson(call.arguments);
  if (!isObject(given)) throw new WrongParameters("The parameters of 'http:invoke' must be an object.");
  const arn = connectionArnOf(given);
  const connection = await find(arn, call);
  if (connection === undefined) {
    throw new ConnectionFailure("Events.ConnectionResource.InvalidConnectionState", `There is no connection ${arn}.`);
  }
  // What is wrong with the parameters is said before anybody is asked for a token.
  requestOf(given, { connection, authorization: {}, region: call.region });
  const authorization = await authorizer.authorize(connection, reach, call.signal);
  const secured = { connection, authorization, region: call.region };
  const request = withTrace(requestOf(given, secured), call.traceHeader);
  const ask = async (): Promise<HttpReply> => {
    const answer = await exchange(request, reach, call.signal);
    if (unauthorized.has(answer.statusCode)) authorizer.refused(connection, authorization);
    return answer;
  };
  const { inspect } = call;
  if (inspect === undefined) return resultOf(await ask());
  const shown = inspect === "open" ? request : requestOf(given, withoutSecrets(secured));
  let reply: HttpReply | undefined;
  const result = await ask()
    .then((answer) => {
      reply = answer;
      return resultOf(answer);
    })
    .catch((error: unknown) => {
      if (call.signal.aborted) throw call.signal.reason;
      return failureOf(error);
    });
  return { ...result, exchange: inspected(shown, reply) };
}

/** At these EventBridge asks for a new token: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html */
const unauthorized: ReadonlySet<number> = new Set([401, 407]);

/** As the definition says it: all that a connection adds counts as secret. */
function withoutSecrets({ connection, region }: Secured): Secured {
  const { InvocationHttpParameters: _, ...AuthParameters } = connection.AuthParameters;
  return { connection: { ...connection, AuthParameters }, authorization: {}, region };
}

const notText = /^(?:application\/octet-stream|image\/|video\/|audio\/)/i;

function resultOf(reply: HttpReply): CallResult {
  const members = membersOfReply(reply);
  if (members["ResponseBody"] === undefined) {
    return callFailure(
      "States.Runtime",
      "The answer of the HTTP endpoint is not text: bytes, images, sound and video cannot be a state's result.",
    );
  }
  const { statusCode } = reply;
  if (statusCode >= 200 && statusCode < 300) return { kind: "succeeded", output: writeJson(members) };
  return callFailure(`States.Http.StatusCode.${statusCode}`, causeOf(members));
}

/** An answer as a state sees it, its numbers as they were written; without a body where that is no text. */
export function membersOfReply(reply: HttpReply): JsonObject {
  const { headers, statusCode, statusText } = reply;
  const body = readBody(reply);
  return {
    Headers: headers,
    ...(body !== undefined && { ResponseBody: body }),
    StatusCode: statusCode,
    StatusText: statusText,
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function readBody({ headers, body }: HttpReply): Value | undefined {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1][0] ?? "";
  if (notText.test(type)) return undefined;
  try {
    const text = utf8.decode(body);
    return /[/+]json\b/i.test(type) ? valueIn(text) : text;
  } catch {
    return undefined;
  }
}

/** What is no JSON, whatever its type says, stays text. */
function valueIn(text: string): Value {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Room in a cause for what stands around the body. */
const longestCause = 30_000;

/** It stays JSON: of a long answer the beginning of the body is kept, as text. */
export function causeOf(members: JsonObject): string {
  const whole = writeJson(members);
  if (whole.length <= longestCause) return whole;
  const { ResponseBody: body = "", ...others } = members;
  const around = JSON.stringify(others);
  const text = typeof body === "string" ? body : writeJson(body);
  // A character may take six in JSON.
  const room = Math.max(0, Math.floor((longestCause - around.length) / 6));
  const cut = JSON.stringify({ ...others, ResponseBody: text.slice(0, room) });
  return cut.length <= longestCause
    ? cut
    : JSON.stringify({ StatusCode: others["StatusCode"], StatusText: others["StatusText"] });
}

function failureOf(error: unknown): CallResult {
  if (error instanceof WrongParameters || error instanceof Unreachable)
    return callFailure("States.Runtime", error.message);
  if (error instanceof ConnectionFailure) return callFailure(error.errorName, error.message);
  if (error instanceof TooLarge) return callFailure("States.DataLimitExceeded", error.message);
  if (!(error instanceof Error)) throw error;
  return callFailure("States.Http.Socket", error.message);
}
