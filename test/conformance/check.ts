/** One case, judged: passed, accepted (a known difference with a reason), skipped, or failed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionCase } from "./corpus.ts";
import type { Difference } from "./match.ts";
import { compare, type Outcome } from "./verdict.ts";

export type Judgement =
  | { readonly kind: "passed" }
  | { readonly kind: "accepted"; readonly reasons: readonly string[] }
  | Skipped
  | { readonly kind: "failed"; readonly differences: readonly Difference[] };

/** How cases are run; `interpreter` is the in-memory simulation. A way of running may be unable to run some. */
export type Runner = (recorded: ExecutionCase) => Promise<Outcome | Skipped>;

export interface Skipped {
  readonly kind: "skipped";
  readonly reason: string;
}

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
  const differences = await differencesOf(recorded, runner);
  return "kind" in differences ? differences : judged(recorded.id, differences, divergences);
}

export function judged(
  id: string,
  differences: readonly Difference[],
  divergences: readonly Divergence[],
): Exclude<Judgement, Skipped> {
  if (differences.length === 0) return { kind: "passed" };
  const known = divergences.filter((one) => one.case === id);
  const unknown = differences.filter(({ path }) => !known.some((one) => path.startsWith(one.path)));
  if (unknown.length > 0) return { kind: "failed", differences: unknown };
  return { kind: "accepted", reasons: known.map((one) => one.reason) };
}

async function differencesOf(recorded: ExecutionCase, runner: Runner): Promise<readonly Difference[] | Skipped> {
  try {
    const outcome = await runner(recorded);
    return "kind" in outcome ? outcome : compare(recorded, outcome);
  } catch (error) {
    return [{ path: "thrown", expected: recorded.expect.status, actual: String(error) }];
  }
}
