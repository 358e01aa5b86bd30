/** SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat: three answers to whoever waits on a task token. */
import { answerTask } from "../../engine/callback.ts";
import { readToken } from "../../engine/token.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { payloadProblem } from "../payload.ts";
import { invalidToken, Refusal } from "../refusal.ts";
import { structure, text } from "../shape.ts";
import { cause, error } from "./stop-execution.ts";

const taskToken = text({ min: 1, max: 2048, sensitive: true });

export const sendTaskSuccess = operation(
  structure({ taskToken, output: text({ payload: true, sensitive: true }) }),
  async (call, { taskToken, output }) => {
    const problem = payloadProblem(output);
    // The service looks at the token first.
    if (problem !== undefined && isInvalid(call, taskToken)) throw invalidToken();
    if (problem !== undefined) throw new Refusal("InvalidOutput", `Invalid Output: '${problem}'`);
    return await answered(call, taskToken, { kind: "succeeded", output });
  },
);

export const sendTaskFailure = operation(
  structure({ taskToken }, { error, cause }),
  async (call, { taskToken, ...failure }) => await answered(call, taskToken, { kind: "failed", failure }),
);

export const sendTaskHeartbeat = operation(
  structure({ taskToken }),
  async (call, { taskToken }) => await answered(call, taskToken, { kind: "heartbeat" }),
);

function isInvalid({ engine }: Call, token: string): boolean {
  return readToken(engine, token, engine.world.clock.now()).kind === "invalid";
}

async function answered(call: Call, token: string, answer: Parameters<typeof answerTask>[2]): Promise<Answer> {
  switch (await answerTask(call.engine, token, answer, call.invocationId)) {
    case "accepted":
      return {};
    case "invalid-token":
      throw invalidToken();
    case "timed-out":
      throw new Refusal("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
  }
}
