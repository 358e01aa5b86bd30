/** The example of docs/testing.md, run as it stands there; the last test compares the two. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
// what follows, up to the end mark, is the example
import { expect, test } from "vitest";
import { testState } from "../../lib/index.ts";

const charge = JSON.stringify({
  Type: "Task",
  Resource: "arn:aws:lambda:eu-central-1:123456789012:function:charge",
  Parameters: { "card.$": "$.card.number" },
  ResultSelector: { "receipt.$": "$.id" },
  Retry: [{ ErrorEquals: ["CardTimeout"], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2 }],
  Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.why", Next: "Remind" }],
  End: true,
});
const input = '{"card":{"number":"4111"}}';

test("what the function gets, and what becomes of its answer", async () => {
  const mock = { result: '{"id":7}' };
  const answer = await testState({ definition: charge, input, mock, inspectionLevel: "DEBUG" });

  expect(answer).toMatchObject({
    kind: "tested",
    response: {
      status: "SUCCEEDED",
      output: '{"receipt":7}',
      inspectionData: { afterParameters: '{"card":"4111"}' },
    },
  });
});

test.each([
  // retries so far, what becomes of a time-out
  [0, { status: "RETRIABLE" }],
  [1, { status: "RETRIABLE" }],
  [2, { status: "CAUGHT_ERROR", nextState: "Remind" }],
])("a slow bank after %i retries", async (retrierRetryCount, response) => {
  const mock = { errorOutput: { error: "CardTimeout", cause: "30 s" } };
  const answer = await testState({ definition: charge, input, mock, stateConfiguration: { retrierRetryCount } });

  expect(answer).toMatchObject({ kind: "tested", response });
});
// end of the example

test("docs/testing.md shows this very example", () => {
  const here = readFileSync(import.meta.filename, "utf8");
  const [, example = ""] = /up to the end mark, is the example\n([\s\S]*?)\/\/ end of the example/.exec(here) ?? [];
  const docs = readFileSync(join(import.meta.dirname, "../../docs/testing.md"), "utf8");
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(docs) ?? [];
  expect(shown?.trim()).toBe(example.replace("../../lib/index.ts", "baton-states").trim());
});

test("a Task without a mock calls nobody, and says so", async () => {
  const roleArn = "arn:aws:iam::123456789012:role/any";
  expect(await testState({ definition: charge, input, roleArn })).toMatchObject({
    response: {
      status: "FAILED",
      error: "States.Runtime",
      cause: "nobody calls arn:aws:lambda:eu-central-1:123456789012:function:charge here: give the test a mock",
    },
  });
});
