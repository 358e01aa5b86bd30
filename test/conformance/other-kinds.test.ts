/** Every recorded validation and TestState call of the real service; executions have a file of their own. */
import { describe, expect, test } from "vitest";
import { hasCorpus, judge, readCases } from "./cases.ts";
import { readDivergences } from "./check.ts";
import { defaultFolder } from "./corpus.ts";
import { interpret } from "./interpreter.ts";

const divergences = readDivergences();
const cases = hasCorpus(defaultFolder) ? readCases(defaultFolder, interpret) : [];

describe.each(["validation", "teststate"] as const)("recorded cases of kind '%s'", (kind) => {
  const mine = cases.filter((one) => one.kind === kind);
  if (mine.length === 0) {
    test("are compared (no corpus at hand: set BATON_CONFORMANCE to its folder)", ({ skip }) => skip());
  }

  test.each(mine.map((one) => [one.id, one] as const))("%s", async (_, one) => {
    const judgement = await judge(one, divergences);
    expect(judgement.kind === "failed" ? judgement.differences : []).toEqual([]);
  });
});
