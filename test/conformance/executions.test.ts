/** Every recorded execution of the real service, run through the interpreter. */
import { describe, expect, test } from "vitest";
import { check, readDivergences } from "./check.ts";
import { defaultFolder, hasCorpus, readExecutions } from "./corpus.ts";
import { interpret } from "./interpreter.ts";

const absent = !hasCorpus(defaultFolder);
const recorded = absent ? [] : readExecutions(defaultFolder);
const divergences = readDivergences();
const title = absent
  ? "recorded executions (skipped: no corpus; set BATON_CONFORMANCE to its folder)"
  : "recorded executions";

describe.skipIf(absent)(title, () => {
  test.each(recorded.map((one) => [one.id, one] as const))("%s", async (_, one) => {
    const judgement = await check(one, interpret, divergences);
    if (judgement.kind === "failed") expect(judgement.differences).toEqual([]);
    else expect(judgement.kind).not.toBe("skipped");
  });

  test.each(divergences.map((one) => [one.case, one.path, one] as const))(
    "%s still differs at %s",
    async (id, _, one) => {
      const mine = recorded.find((candidate) => candidate.id === id);
      const others = divergences.filter((candidate) => candidate !== one);
      const judgement = mine && (await check(mine, interpret, others));
      expect(judgement?.kind).toBe("failed");
    },
  );
});
