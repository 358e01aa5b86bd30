/** One case, judged: passed, accepted (a known difference with a reason), skipped, or failed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionCase } from "./corpus.ts";
import type { Difference } from "./match.ts";
import { compare, type Outcome } from "./verdict.ts";

export type Judgement =
  | { readonly kind: "passed" }
  | { readonly kind: "accepted"; readonly reasons: readonly string[] }
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "failed"; readonly differences: readonly Difference[] };

/** How cases are run; `interpreter` is the in-memory simulation. */
export type Runner = (recorded: ExecutionCase) => Promise<Outcome>;

export interface Divergence {
  readonly case: string;
  /** The start of the paths that may differ. */
  readonly path: string;
  readonly reason: string;
}

export function readDivergences(): readonly Divergence[] {
  // The file is ours; its form is checked by the test that every entry is still needed.
  return JSON.parse(readFileSync(join(import.meta.dirname, "divergences.json"), "utf8")) as readonly Divergence[];
}

export async function check(
  recorded: ExecutionCase,
  runner: Runner,
  divergences: readonly Divergence[] = readDivergences(),
): Promise<Judgement> {
  if (recorded.tasks_unknown === true)
    return { kind: "skipped", reason: "the outcomes of its tasks were not recorded" };
  const differences = await differencesOf(recorded, runner);
  if (differences.length === 0) return { kind: "passed" };
  const known = divergences.filter((one) => one.case === recorded.id);
  const unknown = differences.filter(({ path }) => !known.some((one) => path.startsWith(one.path)));
  if (unknown.length > 0) return { kind: "failed", differences: unknown };
  return { kind: "accepted", reasons: known.map((one) => one.reason) };
}

async function differencesOf(recorded: ExecutionCase, runner: Runner): Promise<readonly Difference[]> {
  let outcome: Outcome;
  try {
    outcome = await runner(recorded);
  } catch (error) {
    return [{ path: "thrown", expected: recorded.expect.status, actual: String(error) }];
  }
  return compare(recorded, outcome);
}
