/**
 * A million odd requests and a million altered tokens, in worlds of ten thousand cases each: none is answered with
 * 500, none is taken, and the process does not grow.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { fuzz, type Subject } from "./fuzz.ts";

const casesPerWorld = 10_000;
const worlds: Readonly<Record<Subject, number>> = {
  "operations with odd inputs": 50,
  "REST paths, queries and bodies of any text": 30,
  "bodies of any bytes, targets and signatures of any text": 7, // three requests a case
  "altered signatures": 10,
  "altered page tokens": 50,
  "altered task tokens": 50,
};
const mostGrowthMiB = 16;
const seed = 20_261_126;

/** What the process holds is judged when nothing is left to collect: how much it keeps of the system is V8's affair. */
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

describe.each(Object.entries(worlds) as [Subject, number][])("%s, %i worlds", (subject, count) => {
  test("hold, in bounded memory", { timeout: 7_200_000 }, async () => {
    const heap: number[] = [];
    for (let world = 0; world < count; world++) {
      await fuzz(subject, casesPerWorld, seed + world);
      collectGarbage();
      heap.push(Math.round(process.memoryUsage().heapUsed / 2 ** 20));
    }
    const resident = Math.round(process.memoryUsage().rss / 2 ** 20);
    console.log(
      `${count * casesPerWorld} cases of ${subject}: ${heap[1]} MiB in use, at the end ${heap.at(-1)} (${resident} resident)`,
    );
    // The first worlds compile and fill caches; from then on it stays as it is.
    expect((heap.at(-1) ?? 0) - Math.max(...heap.slice(0, 3))).toBeLessThan(mostGrowthMiB);
  });
});
