/** Every planted bug is found within 10,000 seeds; and without one, the same seeds find nothing. */
import { expect, test } from "vitest";
import { bugs, find } from "./planted.ts";

const most = 10_000;

test.each(bugs.map((planted) => [planted.bug, planted] as const))("%s", async (_, planted) => {
  // What costs too much shows in the average.
  const found = await find(planted, planted.economy ? 500 : most, planted);
  expect(found).toBeDefined();
});

test.each([...new Set(bugs.map(({ only }) => only))].map((only) => [only ?? "all machines", only] as const))(
  "no bug, nothing found: %s",
  async (_, only) => {
    expect(await find(only === undefined ? {} : { only }, 300)).toBeUndefined();
  },
);
