/** A Distributed Map a hundred times as long costs the same for each item, and memory stays where it was. */
import { expect, test } from "vitest";
import { childTypes, mapRuns } from "../../bench/embedded/map-runs.ts";

/** Of processor time; a longer run can only be warmer. */
const mostRatio = 1.2;

const mostGrownMebibytes = 256;

test.each(childTypes)("%s children: 1,000 and 100,000", async (type) => {
  const [short, long] = await mapRuns(type, [1_000, 100_000]);
  if (!short || !long) throw new Error("nothing was measured");
  expect(long.cpuMilliseconds / short.cpuMilliseconds).toBeLessThanOrEqual(mostRatio);
  expect(long.grownMebibytes).toBeLessThanOrEqual(mostGrownMebibytes);
  expect(long.storedBytes / short.storedBytes).toBeLessThanOrEqual(mostRatio);
});
