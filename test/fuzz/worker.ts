/** Runs fuzz cases in a thread, so that the one who started it sees a case that never ends. */
import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import { type Came, fuzzCase } from "./cases.ts";

/** What the thread is at, in memory that its watcher reads: the number of the case, its length, its bytes. */
export interface Assignment {
  readonly cases: number;
  readonly seed: number;
  readonly at: SharedArrayBuffer;
}

export interface Tally {
  readonly cases: number;
  readonly far: number;
  readonly refused: number;
  readonly slowestMilliseconds: number;
}

export const longestCase = 400;

/** fast-check keeps something for each case of a property. */
const casesPerProperty = 10_000;

export async function runCases({ cases, seed, at }: Assignment, report: (tally: Tally) => void): Promise<void> {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: longestCase, size: "max" });
  let slowestMilliseconds = 0;
  const came = { ran: 0, far: 0, refused: 0 };
  const property = fc.asyncProperty(bytes, async (drawn) => {
    show(at, drawn);
    const before = performance.now();
    count(came, await fuzzCase(drawn));
    slowestMilliseconds = Math.max(slowestMilliseconds, performance.now() - before);
  });
  for (let done = 0; done < cases; done += casesPerProperty) {
    const numRuns = Math.min(casesPerProperty, cases - done);
    await fc.assert(property, { numRuns, seed: seed + done });
    report({ cases: done + numRuns, far: came.far, refused: came.refused, slowestMilliseconds });
  }
}

function show(at: SharedArrayBuffer, drawn: Uint8Array): void {
  const [counter, whole] = [new Uint32Array(at, 0, 2), new Uint8Array(at, 8)];
  whole.set(drawn);
  counter[1] = drawn.length;
  Atomics.add(counter, 0, 1);
}

function count(came: { far: number; refused: number }, one: Came): void {
  if (one.kind === "ran" && one.entered >= 5) came.far += 1;
  if (one.kind === "refused") came.refused += 1;
}

if (parentPort !== null) {
  const port = parentPort;
  // Made by main.ts, in the form above.
  await runCases(workerData as Assignment, (tally) => port.postMessage(tally));
}
