/**
 * A million odd requests and a million altered tokens, in worlds of ten thousand cases each: none is answered with
 * 500, none is taken, and the process does not grow.
 */
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
const mostGrowthMiB = 128;
const seed = 20_261_126;

describe.each(Object.entries(worlds) as [Subject, number][])("%s, %i worlds", (subject, count) => {
  test("hold, in bounded memory", { timeout: 7_200_000 }, async () => {
    const resident: number[] = [];
    for (let world = 0; world < count; world++) {
      await fuzz(subject, casesPerWorld, seed + world);
      resident.push(Math.round(process.memoryUsage().rss / 2 ** 20));
    }
    console.log(
      `${count * casesPerWorld} cases of ${subject}: ${resident[1]} MiB resident, at the end ${resident.at(-1)}`,
    );
    // The first worlds compile and fill the heap; from then on it stays as it is.
    expect((resident.at(-1) ?? 0) - Math.max(...resident.slice(0, 3))).toBeLessThan(mostGrowthMiB);
  });
});
