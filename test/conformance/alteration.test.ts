/** The comparison sees what it is there to see: each leaf of every recorded case is altered, one at a time, and the case must fail. */
import { describe, expect, test } from "vitest";
import { altered, exempt, leafAt, leaves, type Path } from "./alteration.ts";
import { hasCorpus, kinds, type RecordedCase, readCases } from "./cases.ts";
import { judged, readDivergences } from "./check.ts";
import { defaultFolder } from "./corpus.ts";
import { interpret } from "./interpreter.ts";

const absent = !hasCorpus(defaultFolder);
const cases = absent ? [] : readCases(defaultFolder, interpret);
const divergences = readDivergences();

describe("one altered leaf", () => {
  if (absent) {
    test("of every recorded case (no corpus at hand: set BATON_CONFORMANCE to its folder)", ({ skip }) => skip());
  }

  const present = kinds.filter((kind) => cases.some((one) => one.kind === kind));
  test.each(present)("fails every case of kind '%s'", async (kind) => {
    const unnoticed: string[] = [];
    for (const one of cases.filter((candidate) => candidate.kind === kind)) unnoticed.push(...(await unseen(one)));
    expect(unnoticed).toEqual([]);
  });
});

async function unseen(one: RecordedCase): Promise<readonly string[]> {
  const { expect: recorded, placeholders = [], flags } = one;
  const ran = await one.run();
  if ("kind" in ran) return [];
  return leaves(recorded)
    .filter((path) => exempt(recorded, path, placeholders, flags) === undefined)
    .filter((path) => {
      const verdict = judged(one.id, ran(altered(recorded, path)), divergences);
      return verdict.kind === "passed" || (verdict.kind === "accepted" && !isListed(one, path));
    })
    .map((path) => `${one.id}: ${path.join("/")} (${JSON.stringify(leafAt(recorded, path))})`);
}

/** The alteration lies within a difference that is listed, and nothing else differs. */
function isListed(one: RecordedCase, path: Path): boolean {
  const place = path.join("/").replace(/^history\/(\d+)\//, (_, index) => `${Number(index) + 1} `);
  return divergences.some(
    (known) => known.case === one.id && known.path.replace(/^(\d+) \w+\//, "$1 ").startsWith(place),
  );
}
