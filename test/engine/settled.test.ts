/** Kept histories: only of executions that nothing is added to any more, and no more of them than the budget allows. */

import { expect, test } from "vitest";
import { unfoldHistory } from "../../lib/asl/history.ts";
import type { Doing } from "../../lib/asl/position.ts";
import { readHistory } from "../../lib/engine/history.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import type { Segment } from "../../lib/engine/segment.ts";
import { HistoryCache } from "../../lib/engine/settled.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { setup } from "./setup.ts";

const wait = { Type: "Wait", Seconds: 60, End: true };
const parallel = { Type: "Parallel", Branches: [{ StartAt: "W", States: { W: wait } }], End: true };

test("is read once when it has ended, and each time while it runs", async () => {
  const { engine, id, pass } = await setup({ P: parallel });
  await pass(1_000);
  const running = await readHistory(engine, id);
  expect(await readHistory(engine, id)).not.toBe(running);
  await pass(100_000);
  const ended = await readHistory(engine, id);
  expect(ended.at(-1)?.type).toBe("ExecutionSucceeded");
  expect(await readHistory(engine, id)).toBe(ended);
});

test("of an execution that was stopped is read again until its branches are surely fenced", async () => {
  const { engine, id, pass } = await setup({ P: parallel });
  await pass(1_000);
  await stopExecution(engine, id, {});
  await pass(1_000);
  const stopped = await readHistory(engine, id);
  expect(await readHistory(engine, id)).not.toBe(stopped);
  await pass(2 * 3_600_000);
  const later = await readHistory(engine, id);
  expect(await readHistory(engine, id)).toBe(later);
  expect(later).toEqual(stopped);
});

function segment(seq: number, doing: Doing): Segment {
  const position = { state: "S", input: "1", events: 1, doing } as Segment["position"];
  return { execution: "a/r/m/e" as ExecutionId, branch: "", seq, now: 0, nonce: "n", by: "b", events: [], position };
}

test("goes when others need the room, the one not asked for longest first; another end is another history", () => {
  const cache = new HistoryCache(100);
  const ends = [1, 2, 3, 4].map((seq) => segment(seq, { kind: "arriving" }));
  const [first, second, third, large] = ends;
  if (!first || !second || !third || !large) throw new Error("four were made");
  const histories = ends.map(() => unfoldHistory([]));
  cache.put(first, histories[0] ?? unfoldHistory([]), 40);
  cache.put(second, histories[1] ?? unfoldHistory([]), 40);
  expect(cache.get(first)).toBe(histories[0]);
  cache.put(third, histories[2] ?? unfoldHistory([]), 40);
  expect([first, second, third].map((end) => cache.get(end) !== undefined)).toEqual([true, false, true]);
  cache.put(large, histories[3] ?? unfoldHistory([]), 101);
  expect(cache.get(large)).toBeUndefined();
});
