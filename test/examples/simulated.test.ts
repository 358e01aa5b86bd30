/**
 * Every case of every example with its real functions, in virtual time. `UPDATE_EXAMPLES=1` writes
 * what came out as the new expectation.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseJson } from "../../lib/asl/json.ts";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { type Responder, simulate } from "../../lib/asl/simulate.ts";
import type { Tasks } from "../../lib/engine/ports.ts";
import { createTasks } from "../../lib/integrations/integrations.ts";
import { openFunctions } from "../../lib/local/functions/functions.ts";
import { type ExampleCase, examples, outcome } from "./example.ts";
import { simplifiedHistory } from "./simplified.ts";

const update = process.env["UPDATE_EXAMPLES"] === "1";

describe.each(examples)("$name", ({ definition, functions: folder, cases }) => {
  const functions = openFunctions({ folder });
  const tasks = createTasks({ functions: [functions.invoke] });
  afterAll(() => functions.close());

  test.each(cases)("$name", async (example) => {
    const parsed = parseDefinitionText(definition);
    if (parsed.kind === "problems") throw new Error(JSON.stringify(parsed.problems, null, 2));
    const execution = { region: "us-east-1", account: "000000000000" };
    const simulated = await simulate(parsed.definition, example.input, { tasks: calling(tasks, example), execution });
    const { output, failure } = simulated;
    const ended = outcome(simulated.status, output, failure);
    const history = simplifiedHistory(simulated.history());
    if (update) writeExpectations(example, ended, history);
    else {
      expect(ended).toEqual(example.expected);
      expect(history).toEqual(example.history);
    }
    expect(Math.round((simulated.stoppedAt - simulated.startedAt) / 1000)).toBeLessThan(8 * 24 * 3600);
  });
});

/** Tasks make their real calls; people answer when the case says so. */
function calling(tasks: Tasks, { callbacks }: ExampleCase): Responder {
  return async ({ state, resource, arguments: input, scheduling }) => {
    const result = await tasks.call({
      resource,
      arguments: input,
      region: "us-east-1",
      account: "000000000000",
      idempotencyKey: `${state}/${scheduling}`,
      signal: new AbortController().signal,
    });
    if (result.kind === "failed") return { error: result.error, cause: result.cause };
    if (result.kind === "succeeded") return { result: parseJson(result.output) };
    const submitted = parseJson(result.output);
    const callback = callbacks[state];
    if (callback === undefined) return { submitted, unresolved: true };
    const { afterSeconds, output, error, cause } = callback;
    const after = afterSeconds * 1000;
    if (error === undefined) return { submitted, after, result: parseJson(JSON.stringify(output)) };
    return { submitted, after, error, ...(cause !== undefined && { cause }) };
  };
}

function writeExpectations({ folder }: ExampleCase, ended: object, history: readonly object[]): void {
  writeFileSync(join(folder, "expected.json"), `${JSON.stringify(ended, null, 2)}\n`);
  writeFileSync(
    join(folder, "history.json"),
    `[\n${history.map((event) => `  ${JSON.stringify(event)}`).join(",\n")}\n]\n`,
  );
}
