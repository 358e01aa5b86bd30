/**
 * `arn:aws:states:::aws-sdk:<service>:<action>`: any action of any service, under the names of the SDK for Java.
 * With `.sync` it waits for what the call began, by a poller that the state brings along (`own-poller.ts`).
 */
import type { CallFailure } from "./call-failure.ts";
import { callFailure } from "./call-failure.ts";
import { requestToken } from "./idempotency.ts";
import type { Integration } from "./integration.ts";
import { type Asking, begun } from "./jobs.ts";
import { polledCall } from "./own-poller.ts";
import { exceptionName } from "./sdk/failure.ts";
import type { OutputStyle } from "./sdk/output.ts";
import type { SdkAnswer, SendBySdk } from "./sdk/sdk.ts";
import { memberCase, wordCase } from "./sdk/words.ts";

export const sdkResource = /^arn:[\w-]+:states:[\w-]*:\d*:aws-sdk:([a-zA-Z0-9]+):([a-zA-Z0-9]+)$/;

const sdkOutput: OutputStyle = { nameOf: memberCase, time: isoTime, bytes: "text" };

export function awsSdk(send: SendBySdk): Integration {
  return async (call) => {
    const polled = call.pattern === "sync" ? polledCall(call.arguments) : undefined;
    if (typeof polled === "string") return callFailure("States.Runtime", polled);
    const parameters = polled?.call ?? call.arguments;
    const { service, action } = partsOf(call.resource);
    const answer = await send({
      service,
      action,
      parameters,
      caller: call,
      input: { bytes: "text", idempotencyToken: requestToken(call) },
      output: sdkOutput,
    });
    if (answer.kind !== "answered") return sdkFailure(headed(answer, service, action));
    const output = JSON.stringify(answer.output);
    if (polled !== undefined) return begun({ arguments: parameters }, output, polled.poller, true);
    return { kind: call.pattern === "token" ? "submitted" : "succeeded", output };
  };
}

export function sdkAsking(resource: string): Asking {
  return { service: partsOf(resource).service, bytes: "text", output: sdkOutput, failureOf: sdkFailure };
}

function partsOf(resource: string): { readonly service: string; readonly action: string } {
  const [, service = "", action = ""] = sdkResource.exec(resource) ?? [];
  return { service, action };
}

type Failed = Exclude<SdkAnswer, { kind: "answered" }>;

/** What the SDK for Java says of S3's 404 to a HEAD request, which has no body that could say what is not there. */
const absentIn: Readonly<Record<string, string>> = { headobject: "NoSuchKey", headbucket: "NoSuchBucket" };

function headed(answer: Failed, service: string, action: string): Failed {
  if (answer.kind !== "refused") return answer;
  const { error } = answer;
  const absent = service === "s3" && error.metadata.httpStatusCode === 404 ? absentIn[action.toLowerCase()] : undefined;
  // No message, which the SDK for JavaScript calls by this name.
  const message = error.message === "UnknownError" ? "null" : error.message;
  return { ...answer, error: { ...error, message, ...(absent !== undefined && { name: absent, modelled: true }) } };
}

function sdkFailure(answer: Failed): CallFailure {
  if (answer.kind === "unusable") return callFailure(answer.error, answer.cause);
  const prefix = wordCase(answer.serviceId);
  if (answer.kind === "unreached") return callFailure(`${prefix}.SdkClientException`, answer.cause);
  const { name, message, metadata, modelled } = answer.error;
  const { httpStatusCode, requestId = "", extendedRequestId } = metadata;
  const details = [
    `Service: ${prefix}`,
    `Status Code: ${httpStatusCode}`,
    `Request ID: ${requestId}`,
    ...(extendedRequestId === undefined ? [] : [`Extended Request ID: ${extendedRequestId}`]),
  ];
  return callFailure(
    `${prefix}.${modelled ? exceptionName(name) : `${prefix}Exception`}`,
    `${message} (${details.join(", ")})`,
  );
}

/** As Java writes an instant: without a fraction that is nought. */
function isoTime(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}
