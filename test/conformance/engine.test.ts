/** Every recorded execution of the real service, run through the production engine. */
import { describe, expect, test } from "vitest";
import { check, readDivergences } from "./check.ts";
import { defaultFolder, hasCorpus, readExecutions } from "./corpus.ts";
import { runOnEngine } from "./engine.ts";

const absent = !hasCorpus(defaultFolder);
const recorded = absent ? [] : readExecutions(defaultFolder);
const divergences = readDivergences();
const title = absent
  ? "recorded executions on the engine (skipped: no corpus; set BATON_CONFORMANCE to its folder)"
  : "recorded executions on the engine";

describe.skipIf(absent)(title, () => {
  for (const one of recorded) {
    test(one.id, async () => {
      const judgement = await check(one, runOnEngine, divergences);
      expect(judgement.kind === "failed" ? judgement.differences : []).toEqual([]);
    });
  }
});
