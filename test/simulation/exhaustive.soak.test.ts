/** A fault at each call of every machine that there is: those of the simulation, the examples, the recorded ones. */
import { afterAll, describe, expect, test, vi } from "vitest";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { type MockedAttempt, type Responder, simulate } from "../../lib/asl/simulate.ts";
import type { Call, CallResult, Tasks } from "../../lib/engine/ports.ts";
import { createTasks } from "../../lib/integrations/integrations.ts";
import { openFunctions } from "../../lib/local/functions/functions.ts";
import { defaultFolder, type ExecutionCase, hasCorpus, readExecutions } from "../conformance/corpus.ts";
import { responderOf } from "../conformance/interpreter.ts";
import { examples } from "../examples/example.ts";
import { simulateExample } from "../examples/simulate-example.ts";
import { exhaust, type Fault } from "./exhaust.ts";
import type { Scenario } from "./harness.ts";
import { machines } from "./machines.ts";

vi.mock("../../lib/engine/group-width.ts", () => import("./narrow-groups.ts"));

const faults: readonly Fault[] = ["crash before", "crash after", "purge after"];

/** What tasks answered once, by what they were asked: they answer the same, however often they are. */
class Remembered {
  private readonly answers = new Map<string, CallResult>();

  readonly answer = ({ resource, arguments: given }: Pick<Call, "resource" | "arguments">): CallResult =>
    this.answers.get(`${resource} ${given}`) ?? { kind: "succeeded", output: "{}" };

  note({ resource, arguments: given }: Pick<Call, "resource" | "arguments">, answer: CallResult): void {
    this.answers.set(`${resource} ${given}`, answer);
  }
}

async function expectSurvival(scenario: Scenario): Promise<void> {
  for (const fault of faults) {
    const { calls, found } = await exhaust(scenario, fault);
    expect(calls).toBeGreaterThan(5);
    expect(found, found.join("\n")).toEqual([]);
  }
}

test.each(Object.entries(machines))("%s", async (_, scenario) => {
  await expectSurvival(scenario);
});

describe.each(examples)("example $name", ({ definition, functions: folder, cases }) => {
  const functions = openFunctions({ folder });
  const calling = createTasks({ functions: [functions.invoke] });
  afterAll(() => functions.close());

  test.each(cases)("$name", async (one) => {
    const remembered = new Remembered();
    const tasks: Tasks = {
      async call(call) {
        const answer = await calling.call(call);
        remembered.note(call, answer);
        return answer;
      },
    };
    await simulateExample(one, tasks);
    const [machine, input] = [JSON.parse(definition), JSON.parse(one.input)];
    await expectSurvival({ definition: machine, input, task: remembered.answer });
  });
});

const recorded = hasCorpus(defaultFolder) ? readExecutions(defaultFolder).filter(isDurable) : [];

describe.skipIf(recorded.length === 0)("recorded machines", () => {
  test("are a hundred at least", () => expect(recorded.length).toBeGreaterThanOrEqual(100));

  test.each(recorded.map((one) => [one.id, one] as const))("%s", async (_, one) => {
    const remembered = new Remembered();
    await interpreted(one, remembered);
    await expectSurvival({ definition: one.definition, input: one.input, task: remembered.answer });
  });
});

/** Files, other machines, people and activities of its own are not here, and Express executions are as good as their worker. */
function isDurable({ type, definitionText, s3_objects }: ExecutionCase): boolean {
  return (
    type === "STANDARD" &&
    s3_objects === undefined &&
    !/waitForTaskToken|:activity:|startExecution|ItemReader/.test(definitionText)
  );
}

async function interpreted(one: ExecutionCase, remembered: Remembered): Promise<void> {
  const parsed = parseDefinitionText(one.definitionText);
  if (parsed.kind === "problems") throw new Error(JSON.stringify(parsed.problems));
  const respond = responderOf(one);
  const tasks: Responder = async (attempt) => {
    const answer = await respond(attempt);
    remembered.note(attempt, callResult(answer));
    return answer;
  };
  await simulate(parsed.definition, one.inputText, { tasks });
}

function callResult(answer: MockedAttempt): CallResult {
  if ("error" in answer && answer.error !== undefined)
    return { kind: "failed", error: answer.error, cause: answer.cause ?? "" };
  return { kind: "succeeded", output: JSON.stringify("result" in answer ? answer.result : {}) };
}
