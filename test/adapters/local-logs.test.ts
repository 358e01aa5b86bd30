/** Logs of executions on one machine: a file for each state machine, and a folder that cannot be written is no outage. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localExecutionLogs } from "../../lib/adapters/local/execution-logs.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-logs-"));
});
afterAll(() => rm(folder, { recursive: true }));

const group = "arn:aws:logs:us-east-1:000000000000:log-group:any:*";

test("lines come to the machine's file in the order in which they were told", async () => {
  const logs = localExecutionLogs(join(folder, "logs"));
  const told = Array.from({ length: 100 }, (_, at) =>
    logs.write({ group, machine: "a" }, [{ at, text: `{"n":${at}}` }]),
  );
  await Promise.all([
    ...told,
    logs.write({ group, machine: "b" }, [
      { at: 0, text: "1" },
      { at: 1, text: "2" },
    ]),
  ]);
  const lines = (await readFile(join(folder, "logs", "a.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).n)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(await readFile(join(folder, "logs", "b.jsonl"), "utf8")).toBe("1\n2\n");
});

test("what cannot be written is reported", async () => {
  await writeFile(join(folder, "file"), "");
  const reported: unknown[] = [];
  const logs = localExecutionLogs(join(folder, "file"), (error) => reported.push(error));
  await logs.write({ group, machine: "a" }, [{ at: 0, text: "1" }]);
  expect(reported).toHaveLength(1);
});
