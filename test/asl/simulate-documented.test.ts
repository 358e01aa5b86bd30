/** The example of docs/simulate.md, run as it stands there; the last test compares the two. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
// what follows, up to the end mark, is the example
import { expect, test } from "vitest";
import { mocksFromConfig, parseDefinition, simulate } from "../../lib/index.ts";

const payment = {
  StartAt: "Charge",
  States: {
    Charge: {
      Type: "Task",
      Resource: "arn:aws:lambda:eu-central-1:123456789012:function:charge",
      Retry: [{ ErrorEquals: ["CardTimeout"], IntervalSeconds: 10, MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: ["CardDeclined"], Next: "Remind", ResultPath: "$.why" }],
      ResultPath: "$.receipt",
      Next: "Done",
    },
    Remind: { Type: "Wait", Seconds: 2_592_000, Next: "Charge" },
    Done: { Type: "Succeed" },
  },
};

function machine(definition: object) {
  const parsed = parseDefinition(definition);
  if (parsed.kind === "problems") throw new Error(parsed.problems.map((one) => one.message).join("\n"));
  return parsed.definition;
}

test("a declined card is tried again after a month", async () => {
  const tasks = { Charge: [{ error: "CardDeclined", cause: "no funds" }, { result: { id: 7 } }] };
  const { status, output, startedAt, stoppedAt, history } = await simulate(machine(payment), '{"order":1}', { tasks });

  expect(status).toBe("SUCCEEDED");
  expect(JSON.parse(output ?? "")).toMatchObject({ order: 1, receipt: { id: 7 } });
  expect(stoppedAt - startedAt).toBe(30 * 24 * 3_600_000);
  expect(history().filter((event) => event.type === "TaskStateEntered")).toHaveLength(2);
});

test("a slow card is asked three times; the answers are computed", async () => {
  const asked: number[] = [];
  const { failure } = await simulate(machine(payment), "{}", {
    tasks: ({ state, scheduling, arguments: input }) => {
      asked.push(scheduling);
      return { error: "CardTimeout", cause: `${state} of ${input}`, after: 2_000 };
    },
  });

  expect(asked).toEqual([0, 1, 2]);
  expect(failure).toEqual({ error: "CardTimeout", cause: "Charge of {}" });
});

test("a mock file of Step Functions Local works as it is", async () => {
  const config = {
    StateMachines: { payment: { TestCases: { Slow: { Charge: "SlowThenFine" } } } },
    MockedResponses: {
      SlowThenFine: {
        "0-1": { Throw: { Error: "CardTimeout", Cause: "" } },
        "2": { Return: { StatusCode: 200, Payload: { id: 7 } } },
      },
    },
  };
  const tasks = mocksFromConfig(config, "payment", "Slow");
  const { output } = await simulate(machine(payment), "{}", { tasks });

  expect(output).toBe('{"receipt":{"id":7}}');
});
// end of the example

test("docs/simulate.md shows this very example", () => {
  const here = readFileSync(import.meta.filename, "utf8");
  const [, example = ""] = /up to the end mark, is the example\n([\s\S]*?)\/\/ end of the example/.exec(here) ?? [];
  const docs = readFileSync(join(import.meta.dirname, "../../docs/simulate.md"), "utf8");
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(docs) ?? [];
  expect(shown?.trim()).toBe(example.replace("../../lib/index.ts", "baton-states").trim());
});
