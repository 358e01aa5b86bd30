/**
 * Every case of every example with its real functions, in virtual time. `UPDATE_EXAMPLES=1` writes
 * what came out as the new expectation.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { createTasks } from "../../lib/integrations/integrations.ts";
import { type LocalFunctions, openFunctions } from "../../lib/local/functions/functions.ts";
import { type ExampleCase, examples, loadExample, outcome } from "./example.ts";
import { simplifiedHistory } from "./simplified.ts";
import { simulateExample } from "./simulate-example.ts";

const update = process.env["UPDATE_EXAMPLES"] === "1";

describe.each(examples)("$name", ({ functions: folder, cases }) => {
  const functions = openFunctions({ folder });
  afterAll(() => functions.close());

  test.each(cases)("$name", async (example) => {
    const simulated = await run(example, functions);
    const ended = outcome(simulated.status, simulated.output, simulated.failure);
    const history = simplifiedHistory(simulated.history());
    if (update) writeExpectations(example, ended, history);
    expect(update || ended).toEqual(update || example.expected);
    expect(update || history).toEqual(update || example.history);
  });
});

describe("what the functions did to the world", () => {
  test.each([
    ["good-order", "reserve charge pack pack ship"],
    ["out-of-stock", ""],
    ["declined-card", "reserve charge release"],
    ["busy-gateway", "reserve charge charge charge pack ship"],
    ["unknown-address", "reserve charge pack pack refund release"],
    ["suspected-fraud", "reserve release"],
  ])("%s: %s", async (name, acts) => {
    const { url, entries } = await startLedger();
    const { functions: folder, cases } = loadExample("order-processing");
    const functions = openFunctions({ folder, variables: { EXAMPLE_LEDGER: url } });
    onTestFinished(() => functions.close());
    for (const example of cases.filter((each) => each.name === name)) await run(example, functions);
    expect(entries.map(({ act }) => act).join(" ")).toBe(acts);
    expect(new Set(entries.flatMap(({ idempotencyKey }) => idempotencyKey ?? [])).size).toBeLessThanOrEqual(1);
  });

  interface Entry {
    readonly act: string;
    readonly idempotencyKey?: string;
  }

  async function startLedger(): Promise<{ readonly url: string; readonly entries: readonly Entry[] }> {
    const entries: Entry[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      entries.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      response.writeHead(204).end();
    });
    onTestFinished(() => server.closeAllConnections());
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return { url: `http://127.0.0.1:${port}/`, entries };
  }
});

function run(example: ExampleCase, functions: LocalFunctions) {
  return simulateExample(example, createTasks({ functions: [functions.invoke] }));
}

function writeExpectations({ folder }: ExampleCase, ended: object, history: readonly object[]): void {
  const lines = history.map((event) => `  ${JSON.stringify(event)}`);
  writeFileSync(join(folder, "expected.json"), `${JSON.stringify(ended, null, 2)}\n`);
  writeFileSync(join(folder, "history.json"), `[\n${lines.join(",\n")}\n]\n`);
}
