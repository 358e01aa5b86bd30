/**
 * A Task whose Resource is a function's ARN: the input is the event, the result is what the function
 * returned and nothing around it.
 */
import { callFailure } from "./call-failure.ts";
import type { InvokeFunction } from "./function-invoker.ts";
import { parseFunctionReference } from "./function-reference.ts";
import type { Integration } from "./integration.ts";
import { functionFailure, invocationFailure } from "./lambda-failure.ts";

export function lambdaFunction(invoke: InvokeFunction): Integration {
  return async (call) => {
    const reference = parseFunctionReference(call.resource);
    if (reference === undefined) {
      return callFailure("States.Runtime", `The provided ARN '${call.resource}' is invalid.`);
    }
    const answer = await invoke({
      region: call.region,
      account: call.account,
      ...reference,
      reference: call.resource,
      payload: call.arguments,
      type: "RequestResponse",
      signal: call.signal,
      ...(call.roleArn !== undefined && { roleArn: call.roleArn }),
      ...(call.traceHeader !== undefined && { traceHeader: call.traceHeader }),
      ...(call.machineRoleArn !== undefined && { machineRoleArn: call.machineRoleArn }),
      ...(call.stateMachineArn !== undefined && { stateMachineArn: call.stateMachineArn }),
      ...(call.claim !== undefined && { claim: call.claim }),
    });
    if (answer.kind !== "answered") return invocationFailure(answer);
    if (answer.functionError !== undefined) return functionFailure(answer.payload);
    return { kind: "succeeded", output: answer.payload === "" ? "null" : answer.payload };
  };
}
