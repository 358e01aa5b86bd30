/** Files of results as a ResultWriter leaves them: one for each kind of end however long, by workers of short lives. */
import { expect, test } from "vitest";
import { simulatedWorld } from "../../../lib/adapters/simulated/world.ts";
import type { ChildResult } from "../../../lib/asl/distributed/results.ts";
import { handle } from "../../../lib/engine/advance.ts";
import { createEngine } from "../../../lib/engine/engine.ts";
import { openFiles, type WritingRun } from "../../../lib/engine/map-run/result-files.ts";
import type { WrittenSoFar } from "../../../lib/engine/map-run/run.ts";
import type { MapRunId } from "../../../lib/engine/ports.ts";
import { setup } from "../setup.ts";
import { distributed, numbers, ranSoFar } from "./running.ts";

const id = "123456789012/eu-central-1/machine/Each:run" as MapRunId;
const arn = "arn:aws:states:eu-central-1:123456789012:mapRun:machine/Each:run";

/** Characters that take two bytes: a part of the file is longer than it says. */
const long = "\u00fc".repeat(1_000_000);

/** Each tenth failed. */
function child(index: number): ChildResult {
  const common = { executionArn: "", name: "", stateMachineArn: "", input: String(index), startedAt: 0 };
  if (index % 10 === 3) return { ...common, end: { status: "FAILED", failure: { error: "Odd" }, stoppedAt: 0 } };
  return { ...common, end: { status: "SUCCEEDED", output: JSON.stringify({ index, long }), stoppedAt: 0 } };
}

test.each(["JSON", "JSONL"] as const)("%s: 40 million bytes are one file", async (outputType) => {
  const world = simulatedWorld({ seed: 1 });
  const engine = createEngine(world);
  const writer = { resource: "arn:aws:states:::s3:putObject", arguments: '{"Bucket":"out","Prefix":"x"}' };
  const of: WritingRun = { id, epoch: 0, run: { arn, writer }, config: { transformation: "COMPACT", outputType } };
  let written: WrittenSoFar = { group: 0, results: 0, items: 0, files: [] };
  // Four children a group, and each group by a worker that finds what the log has of those before.
  for (let group = 0; group < 6; group++) {
    const files = await openFiles(engine, of, JSON.parse(JSON.stringify(written)));
    files.add(
      [0, 1, 2, 3].map((place) => child(group * 4 + place)),
      4,
    );
    written = await files.put(group + 1, group === 5);
  }
  expect(written.open).toMatchObject([{ kind: "SUCCEEDED", tags: ["1", "2"] }]);
  // Whoever completes it may die before this is written down.
  await (await openFiles(engine, of, written)).complete();
  const complete = await (await openFiles(engine, of, written)).complete();
  expect(complete).toMatchObject({ group: 6, results: 24, items: 24 });

  const extension = outputType.toLowerCase();
  const found = world.files();
  const read = (name: string): string => found.get(`out/x/run/${name}`) ?? "";
  const records = (kind: string): readonly Record<string, unknown>[] => {
    const text = read(`${kind}_0.${extension}`);
    const lines = text.split("\n").slice(0, -1);
    return outputType === "JSON" ? JSON.parse(text) : lines.map((line) => JSON.parse(line));
  };
  const all = Array.from({ length: 24 }, (_, index) => index);
  expect(records("SUCCEEDED").map(({ index }) => index)).toEqual(all.filter((index) => index % 10 !== 3));
  expect(records("FAILED").map(({ Input }) => Input)).toEqual(["3", "13", "23"]);
  const listed = (kind: string) => {
    const Key = `x/run/${kind}_0.${extension}`;
    return [{ Key, Size: Buffer.byteLength(read(`${kind}_0.${extension}`)) }];
  };
  expect(JSON.parse(read("manifest.json")).ResultFiles).toEqual({
    FAILED: listed("FAILED"),
    PENDING: [],
    SUCCEEDED: listed("SUCCEEDED"),
  });
  expect(found.size).toBe(3);
});

test("results too short for a part of a file are written by workers of short lives", async () => {
  const WriterConfig = { OutputType: "JSONL", Transformation: "FLATTEN" };
  const ResultWriter = {
    Resource: "arn:aws:states:::s3:putObject",
    Parameters: { Bucket: "out", Prefix: "x" },
    WriterConfig,
  };
  const count = 5 * 256;
  const go = { Go: { Type: "Pass", End: true } };
  const made = await setup({ Each: distributed({ ResultWriter }, go) }, { input: numbers(count), files: { out: {} } });
  const { engine, world } = made;
  let passed = 0;
  const reports: typeof world.joins.reports = (...asked) => {
    // So long does it take to read the results of a group; and a function lives for 30 seconds.
    passed += 9_000;
    return passed > 30_000 ? Promise.reject(new Error("the function has ended")) : world.joins.reports(...asked);
  };
  const clock = { ...world.clock, now: () => world.clock.now() + passed };
  const slow = createEngine({ ...world, clock, joins: { ...world.joins, reports } }, engine.options);
  for (let turn = 0; turn < 600; turn++) {
    const deliveries = await world.inbox.receive("flow", 10);
    if (deliveries.length === 0) await world.advanceTo(world.now() + 60_000);
    for (const delivery of deliveries) {
      passed = 0;
      const verdict = await handle(slow, delivery).catch(() => undefined);
      if (verdict?.kind === "done") await world.inbox.done([delivery.receipt]);
    }
  }
  expect((await ranSoFar(made)).status).toBe("SUCCEEDED");
  const [name, text = ""] = [...world.files()].find(([key]) => key.endsWith("SUCCEEDED_0.jsonl")) ?? [];
  expect([name, text.split("\n").slice(0, -1).map(Number)]).toEqual([
    expect.any(String),
    Array.from({ length: count }, (_, n) => n),
  ]);
});
