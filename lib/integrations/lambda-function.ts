/**
 * A Task whose Resource is a function's ARN: the input is the event, the result is what the function
 * returned and nothing around it.
 */
import { callFailure } from "./call-failure.ts";
import { type InvokeFunction, invocationOf } from "./function-invoker.ts";
import { parseFunctionReference } from "./function-reference.ts";
import type { Integration } from "./integration.ts";
import { functionFailure, invocationFailure } from "./lambda-failure.ts";

export function lambdaFunction(invoke: InvokeFunction): Integration {
  return async (call) => {
    const reference = parseFunctionReference(call.resource);
    if (reference === undefined) {
      return callFailure("States.Runtime", `The provided ARN '${call.resource}' is invalid.`);
    }
    const asked = { reference: call.resource, payload: call.arguments, type: "RequestResponse" } as const;
    const answer = await invoke(invocationOf(call, reference, asked));
    if (answer.kind !== "answered") return invocationFailure(answer);
    if (answer.functionError !== undefined) return functionFailure(answer.payload);
    return { kind: "succeeded", output: answer.payload === "" ? "null" : answer.payload };
  };
}
