/** What functions print, kept by attempt: found by the event that the attempt began with, bounded, and nobody else's. */
import { expect, test } from "vitest";
import type { SegmentKey } from "../../../lib/engine/ports.ts";
import { keepLines } from "../../../lib/local/functions/kept-lines.ts";
import { deploy, openShop } from "../../console/shop.ts";
import { folderOf } from "./folder-of.ts";

const claim: SegmentKey = { execution: "a" as SegmentKey["execution"], branch: "/1.0", seq: 3 };

test("of an attempt the last 500 lines, and how many are gone", () => {
  const kept = keepLines(() => 7);
  const print = (line: string): void => kept.add({ claim, functionName: "f", stream: "stdout", line });
  for (let number = 0; number < 502; number++) print(`line ${number}`);
  const { lines, dropped } = kept.of(claim);
  expect([lines.length, dropped, lines[0]]).toEqual([
    500,
    2,
    { at: 7, functionName: "f", stream: "stdout", line: "line 2" },
  ]);
  expect(kept.of({ ...claim, branch: "/1.1" })).toEqual({ lines: [], dropped: 0 });
});

test.each([
  // 16 Mi characters, at 512 for an attempt and 128 for a line beside its text
  { printed: "long lines", line: "x".repeat(10_000), kept: 1_899 },
  { printed: "short lines", line: "done", kept: 26_051 },
  { printed: "empty lines", line: "", kept: 26_214 },
])("of many attempts that print $printed the newest", ({ line, kept: most }) => {
  const kept = keepLines(() => 0);
  const attempts = most + 100;
  for (let seq = 0; seq < attempts; seq++)
    kept.add({ claim: { ...claim, seq }, functionName: "f", stream: "stderr", line });
  expect(kept.of({ ...claim, seq: 99 }).lines).toEqual([]);
  expect(kept.of({ ...claim, seq: 100 }).lines[0]?.line).toHaveLength(Math.min(line.length, 8_192));
});

test("each attempt of each item of a Map has its own lines", async () => {
  const source = `export const handler = async (item, { awsRequestId }) => {
      console.log("item", item, awsRequestId);
      if (item !== 2) return item;
      console.error("cannot do it");
      throw new Error("Boom");
    };`;
  const functions = folderOf({ "work.mjs": source });
  const shop = await openShop({ functionFolders: [functions.path], onLine: () => undefined });
  const Retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 }];
  const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Done" }];
  const Resource = "arn:aws:lambda:us-east-1:000000000000:function:work";
  const Work = { Type: "Task", Resource, Retry, Catch, End: true };
  const ItemProcessor = { StartAt: "Work", States: { Work, Done: { Type: "Pass", End: true } } };
  await deploy(shop, "items", { StartAt: "Each", States: { Each: { Type: "Map", ItemProcessor, End: true } } });
  const executionArn = await shop.start("items", [1, 2, 3], "run");
  await shop.ended(executionArn);
  const { events } = await shop.client.call("GetExecutionHistory", { executionArn });
  const printed: string[] = [];
  for (const { id, type, lambdaFunctionScheduledEventDetails: details } of events) {
    if (type !== "LambdaFunctionScheduled") continue;
    const answer = await shop.client.get(`/state-machines/items/executions/run/function-lines?event=${id}`);
    expect(answer.kept).toBe(true);
    const lines = answer.lines.map((each: { stream: string; line: string }) => `${each.stream} ${each.line}`);
    printed.push(`${details.input}: ${lines.join(" | ")}`);
  }
  const requests = new Set(printed.join().match(/[\da-f-]{36}/g));
  expect(requests.size).toBe(4);
  expect(printed.map((line) => line.replace(/ [\da-f-]{36}/, "")).sort()).toEqual([
    "1: stdout item 1",
    "2: stdout item 2 | stderr cannot do it",
    "2: stdout item 2 | stderr cannot do it",
    "3: stdout item 3",
  ]);
  const none = await shop.client.get("/state-machines/items/executions/run/function-lines?event=1");
  expect(none).toEqual({ kept: true, lines: [], dropped: 0 });
  await shop.close();
  await functions.dispose();
});
