/**
 * What became of the data on its way through a state, step by step, and what each step is best compared with: an
 * earlier one, whichever it is closest to.
 */
import type { Attempt, Visit } from "../../lib/asl/history/visits.ts";
import { likeness } from "../parts/diff.ts";
import { pretty } from "../parts/pretty.ts";
import { variablesAfter, variablesBefore, variablesText } from "./variables.ts";

export interface Step {
  readonly title: string;
  readonly text: string;
}

export interface ComparedStep extends Step {
  readonly before?: Step;
}

export function stepsOf(visit: Visit, attempt: Attempt | undefined): readonly ComparedStep[] {
  const known: readonly (readonly [string, string | undefined])[] = [
    ["Input", visit.input],
    ["Arguments", attempt?.arguments],
    ["Result", attempt?.result],
    ["Output", visit.output],
  ];
  const steps = known.flatMap(([title, text]): readonly Step[] => (text === undefined ? [] : [{ title, text }]));
  const earlier = [...comesFrom(visit), ...steps];
  const compared = steps.map((step): ComparedStep => {
    const before = closest(earlier.slice(0, earlier.indexOf(step)), step.text);
    return before ? { ...step, before } : step;
  });
  return [...compared, ...variableStep(visit)];
}

/** Where a state's input comes from: the state before it, or what its branch was begun with. */
function comesFrom({ after, inside }: Visit): readonly Step[] {
  if (after) return after.output === undefined ? [] : [{ title: `the output of ${after.state}`, text: after.output }];
  const text = inside?.visit.input;
  return text === undefined ? [] : [{ title: `the input of ${inside?.visit.state}`, text }];
}

/** Longer ones are not laid side by side only to find the closest. */
const mostCompared = 100_000;

/** The one that is most like it; of equals the last. */
function closest(candidates: readonly Step[], text: string): Step | undefined {
  if (text.length > mostCompared) return candidates.at(-1);
  const lines = pretty(text);
  let best: { readonly step: Step; readonly like: number } | undefined;
  for (const step of candidates) {
    const like = step.text.length > mostCompared ? 0 : likeness(pretty(step.text), lines);
    if (!best || like >= best.like) best = { step, like };
  }
  return best?.step;
}

function variableStep(visit: Visit): readonly ComparedStep[] {
  const [before, after] = [variablesBefore(visit), variablesAfter(visit)];
  if (after.size === 0) return [];
  const earlier = { title: `those before ${visit.state}`, text: variablesText(before) };
  return [{ title: "Variables", text: variablesText(after), ...(before.size > 0 && { before: earlier }) }];
}
