/** A Task's call made by another function: what goes over, what comes back, and what is no answer. */
import type { InvokeCommand } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { answerCall, isCallEvent, remoteTasks } from "../../../lib/adapters/aws/remote-tasks.ts";
import type { Call, CallResult } from "../../../lib/engine/ports.ts";

const call: Call = {
  resource: "arn:aws:states:::lambda:invoke",
  arguments: '{"FunctionName":"greet","Payload":0.0}',
  region: "eu-west-1",
  account: "123456789012",
  idempotencyKey: "execution/0/0",
  signal: new AbortController().signal,
};

/** The other function, as Lambda would run it. */
function lambda(result: CallResult | Error) {
  const seen: Call[] = [];
  const send = async ({ input }: InvokeCommand): Promise<object> => {
    const event = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString());
    if (!isCallEvent(event)) throw new Error("not a call");
    const tasks = {
      call: async (made: Call): Promise<CallResult> => {
        seen.push(made);
        if (result instanceof Error) throw result;
        return result;
      },
    };
    try {
      return { Payload: Buffer.from(JSON.stringify(await answerCall(event, tasks, 1_000))) };
    } catch (error) {
      return { FunctionError: "Unhandled", Payload: Buffer.from(JSON.stringify({ errorMessage: String(error) })) };
    }
  };
  return { seen, client: { send: send as never } };
}

test.each<CallResult>([
  { kind: "succeeded", output: '{"n":0.0}' },
  { kind: "failed", error: "E", cause: "it is so" },
])("an answer is the call's: %j", async (result) => {
  const { seen, client } = lambda(result);
  expect(await remoteTasks("arn", client).call(call)).toEqual(result);
  const { signal: _, ...sent } = call;
  expect(seen).toEqual([{ ...sent, signal: expect.any(AbortSignal) }]);
});

test("a function that failed leaves unknown whether the call was made", async () => {
  await expect(remoteTasks("arn", lambda(new Error("out of memory")).client).call(call)).rejects.toThrow(
    "out of memory",
  );
});
