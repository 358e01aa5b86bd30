/** Runs a recorded Express case in memory, as the engine does: recorded answers of tasks, on a virtual clock. */
import { simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { writeJson } from "../../lib/asl/json.ts";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { createEngine } from "../../lib/engine/engine.ts";
import { type ExpressResult, runExpress } from "../../lib/engine/express.ts";
import type { CallResult } from "../../lib/engine/ports.ts";
import type { ExecutionCase } from "./corpus.ts";
import { namesIn, responderOf } from "./interpreter.ts";
import type { Outcome } from "./verdict.ts";

export async function runExpressCase(recorded: ExecutionCase): Promise<Outcome> {
  const world = simulatedWorld({ seed: recorded.id, tasks: { call: () => answerOf(recorded) } });
  const parsed = parseDefinitionText(recorded.definitionText, { type: "EXPRESS" });
  if (parsed.kind === "problems") throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  const { execution, roleArn } = namesIn(recorded);
  const running = runExpress(createEngine(world, { payloadLimitBytes: 262_144 }), {
    definition: parsed.definition,
    execution: { ...execution, roleArn, input: recorded.inputText },
    keepsHistory: true,
  });
  let result: ExpressResult | undefined;
  const ended = running.then((found) => {
    result = found;
  });
  while (result === undefined) {
    await world.settle();
    const next = world.nextDue();
    if (next !== undefined) await world.advanceTo(next);
  }
  await ended;
  const { outcome, history } = await running;
  const { id: executionArn, name, stateMachine } = execution;
  return {
    status: outcome.status,
    ...(outcome.status === "SUCCEEDED" ? { output: outcome.output } : outcome.failure),
    history: history(),
    description: { executionArn, name, stateMachineArn: stateMachine.id },
  };
}

/** Each of these cases has one Task, all of whose attempts come to the same. */
export async function answerOf(recorded: ExecutionCase): Promise<CallResult> {
  const [state = ""] = Object.entries(recorded.definition["States"] ?? {}).find(isTask) ?? [];
  const attempt = { state, scheduling: 0, schedulingOfAll: 0, iteration: [], taskToken: "" };
  const call = { resource: "", pattern: "request-response", arguments: "{}", attempt: 0 } as const;
  const mock = await responderOf(recorded)({ ...call, ...attempt });
  if ("result" in mock) return { kind: "succeeded", output: writeJson(mock.result) };
  if (!("error" in mock)) throw new Error(`what the task of '${recorded.id}' came to was not recorded`);
  const { error = "", cause = "" } = mock;
  return { kind: "failed", error, cause };
}

function isTask([, state]: [string, unknown]): boolean {
  return typeof state === "object" && state !== null && Reflect.get(state, "Type") === "Task";
}
