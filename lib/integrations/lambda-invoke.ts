/**
 * `arn:aws:states:::lambda:invoke`: the parameters of Lambda's Invoke API in, its answer with the
 * payload parsed out. With `.waitForTaskToken` the function gets only `Payload`, as always.
 */
import type { JsonText } from "../asl/json.ts";
import { callFailure } from "./call-failure.ts";
import { type FunctionAnswered, type Invocation, type InvokeFunction, invocationOf } from "./function-invoker.ts";
import { parseFunctionReference } from "./function-reference.ts";
import { httpMetadata } from "./http-metadata.ts";
import type { Integration, IntegrationCall } from "./integration.ts";
import { compact, membersOf } from "./json-text.ts";
import { functionFailure, invocationFailure } from "./lambda-failure.ts";

export function lambdaInvoke(invoke: InvokeFunction): Integration {
  return async (call) => {
    const invocation = invocationBy(call);
    if (typeof invocation === "string") return callFailure("States.Runtime", invocation);
    const answer = await invoke(invocation);
    if (answer.kind !== "answered") return invocationFailure(answer);
    if (answer.functionError !== undefined) return functionFailure(compact(answer.payload));
    return { kind: call.pattern === "token" ? "submitted" : "succeeded", output: outputOf(answer) };
  };
}

/** The invocation, or what is wrong with the parameters. */
function invocationBy(call: IntegrationCall): Invocation | string {
  const parameters = membersOf(call.arguments);
  const functionName = textOf(parameters?.get("FunctionName"));
  if (functionName === undefined) {
    return `The parameters of 'lambda:invoke' must have a string 'FunctionName': ${call.arguments}`;
  }
  const reference = parseFunctionReference(functionName);
  if (reference === undefined) {
    return `'FunctionName' must be a function's name or ARN, but was: ${functionName}`;
  }
  const qualifier = textOf(parameters?.get("Qualifier")) ?? reference.qualifier;
  const clientContext = textOf(parameters?.get("ClientContext"));
  const type = textOf(parameters?.get("InvocationType")) ?? "RequestResponse";
  if (type !== "RequestResponse" && type !== "Event" && type !== "DryRun") {
    return `'InvocationType' must be one of RequestResponse, Event, DryRun, but was: ${type}`;
  }
  const payload = parameters?.get("Payload") ?? "null";
  const asked = {
    reference: functionName,
    // A null is no payload either, as the service was recorded to see it.
    payload: payload === "null" ? "{}" : payload,
    type,
    clientContext,
    logType: textOf(parameters?.get("LogType")) === "Tail" ? "Tail" : undefined,
  } as const;
  return invocationOf(call, { ...reference, qualifier }, asked);
}

function textOf(member: JsonText | undefined): string | undefined {
  const value: unknown = member?.startsWith('"') ? JSON.parse(member) : undefined;
  return typeof value === "string" ? value : undefined;
}

function outputOf(answer: FunctionAnswered): JsonText {
  const payload = answer.payload === "" ? '""' : compact(answer.payload);
  const metadata = httpMetadata({ ...answer, headers: answer.headers ?? localHeaders(answer) });
  const members = [
    ...(answer.executedVersion === undefined ? [] : [`"ExecutedVersion":${JSON.stringify(answer.executedVersion)}`]),
    ...(answer.logResult === undefined ? [] : [`"LogResult":${JSON.stringify(answer.logResult)}`]),
    `"Payload":${payload}`,
    `"SdkHttpMetadata":${metadata.SdkHttpMetadata}`,
    `"SdkResponseMetadata":${metadata.SdkResponseMetadata}`,
    `"StatusCode":${answer.statusCode}`,
  ];
  return `{${members.join(",")}}`;
}

/** What Lambda would have sent where the function ran without it, so that paths into the headers work. */
function localHeaders({ payload, requestId, executedVersion }: FunctionAnswered): Record<string, string> {
  return {
    ...(executedVersion !== undefined && { "X-Amz-Executed-Version": executedVersion }),
    "x-amzn-Remapped-Content-Length": "0",
    Connection: "keep-alive",
    "x-amzn-RequestId": requestId,
    "Content-Length": String(Buffer.byteLength(payload)),
    Date: new Date().toUTCString(),
    "Content-Type": "application/json",
  };
}
