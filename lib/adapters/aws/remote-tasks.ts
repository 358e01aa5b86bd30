/**
 * The calls of Tasks, made by another function: whoever answers requests from outside has no right to call
 * what Task states may call, and needs none. One invocation for each call; the answer is the call's.
 */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Call, CallResult, Tasks } from "../../engine/ports.ts";

/** The event of such an invocation. */
export interface CallEvent {
  readonly call: Omit<Call, "signal">;
}

export function isCallEvent(event: object): event is CallEvent {
  return "call" in event;
}

export function remoteTasks(
  functionArn: string,
  lambda: Pick<LambdaClient, "send"> = new LambdaClient({ maxAttempts: 1 }), // a call is made once
): Tasks {
  return {
    async call({ signal, ...call }) {
      const event: CallEvent = { call };
      const command = new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(event)) });
      const { FunctionError, Payload } = await lambda.send(command, { abortSignal: signal });
      const text = Buffer.from(Payload ?? []).toString();
      if (FunctionError !== undefined) throw new Error(`the function that makes the calls of Tasks failed: ${text}`);
      return JSON.parse(text) as CallResult; // `answerCall` made it
    },
  };
}

/** What that other function does: the call, given up when the function's own time is over. */
export function answerCall({ call }: CallEvent, tasks: Tasks, milliseconds: number): Promise<CallResult> {
  return tasks.call({ ...call, signal: AbortSignal.timeout(milliseconds) });
}
