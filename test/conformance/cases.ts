/**
 * Every kind of recorded case in one form: run it, compare with what was recorded, judge. A kind is a folder
 * of the corpus; how its cases are run and compared is a file of its own.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Flags } from "./alteration.ts";
import { type Divergence, type Judgement, judged, type Runner } from "./check.ts";
import { type ExecutionCase, type Json, readExecutions } from "./corpus.ts";
import type { Difference } from "./match.ts";
import { runTestCase, type TestStateCase } from "./teststate.ts";
import { runValidation, type ValidationCase } from "./validation.ts";
import { compare } from "./verdict.ts";

export interface RecordedCase {
  readonly kind: Kind;
  readonly area: string;
  readonly id: string;
  readonly placeholders?: readonly string[];
  /** The marks of a case that say what cannot be compared. */
  readonly flags: Flags;
  /** What was recorded, as the comparison takes it. */
  readonly expect: Json;
  /** Runs the case once; the answer compares that run with any expectation. */
  run(): Promise<Ran>;
}

/** Differences from an expectation of the case's own form, or why the case cannot be run. */
export type Ran = ((expect: Json) => readonly Difference[]) | { readonly kind: "skipped"; readonly reason: string };

export const kinds = ["executions", "validation", "teststate"] as const;

export type Kind = (typeof kinds)[number];

export function hasCorpus(folder: string): boolean {
  return kinds.some((kind) => existsSync(join(folder, kind)));
}

export function readCases(folder: string, runner: Runner): readonly RecordedCase[] {
  const readers: Readonly<Record<Kind, () => readonly RecordedCase[]>> = {
    executions: () => readExecutions(folder).map((one) => executionCase(one, runner)),
    validation: () => read<ValidationCase>(folder, "validation", runValidation),
    teststate: () => read<TestStateCase>(folder, "teststate", runTestCase),
  };
  return kinds.filter((kind) => existsSync(join(folder, kind))).flatMap((kind) => readers[kind]());
}

interface Common extends Flags {
  readonly id: string;
  readonly placeholders?: readonly string[];
  readonly expect: Json;
}

/** The files are written by the corpus's own tool; their names are the areas. */
function read<Case extends Common>(
  folder: string,
  kind: Kind,
  run: (one: Case) => Promise<(expect: Json) => readonly Difference[]>,
): readonly RecordedCase[] {
  const files = readdirSync(join(folder, kind)).filter((file) => file.endsWith(".json"));
  return files.sort().flatMap((file) => {
    const cases = JSON.parse(readFileSync(join(folder, kind, file), "utf8")) as readonly Case[];
    return cases.map((one) => ({ ...caseOf(kind, file.slice(0, -".json".length), one), run: () => run(one) }));
  });
}

function caseOf(kind: Kind, area: string, one: Common) {
  const { id, placeholders, expect } = one;
  return { kind, area, id, expect, flags: one, ...(placeholders === undefined ? {} : { placeholders }) };
}

function executionCase(one: ExecutionCase, runner: Runner): RecordedCase {
  // Both ways the same JSON, typed for those who look into it.
  const common = { ...one, expect: one.expect as unknown as Json };
  return {
    ...caseOf("executions", one.area, common),
    run: async () => {
      const outcome = await runner(one);
      if ("kind" in outcome) return outcome;
      return (expect) => compare({ ...one, expect: expect as unknown as ExecutionCase["expect"] }, outcome);
    },
  };
}

export async function judge(one: RecordedCase, divergences: readonly Divergence[]): Promise<Judgement> {
  try {
    const ran = await one.run();
    return "kind" in ran ? ran : judged(one.id, ran(one.expect), divergences);
  } catch (error) {
    const thrown = { path: "thrown", expected: one.expect, actual: String(error) };
    return judged(one.id, [thrown], divergences);
  }
}
