/** Every planted bug is found within 10,000 seeds; and without one, the same seeds find nothing. */
import { expect, test } from "vitest";
import { bugs, find } from "./planted.ts";

const most = 10_000;

test.each(bugs.map((planted) => [planted.bug, planted] as const))("%s", async (_, planted) => {
  // What costs too much shows in the average.
  const found = await find(planted, planted.economy ? 500 : most, planted);
  expect(found).toBeDefined();
});

const places = new Map(
  bugs.map(({ only, world }) => [
    [only ?? "all machines", world ?? "swarm"].join(", "),
    { ...(only !== undefined && { only }), ...(world && { world }) },
  ]),
);

test.each([...places])("no bug, nothing found: %s", async (_, place) => {
  expect(await find(place, 300)).toBeUndefined();
});
