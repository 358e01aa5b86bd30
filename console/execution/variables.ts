/** The variables that a visit could see: what the states before it in its branch, and before the Map or Parallel around it, assigned. */
import type { Visit } from "../../lib/asl/history/visits.ts";

/** By name, each as JSON text. */
export type Variables = ReadonlyMap<string, string>;

export function variablesBefore(visit: Visit): Variables {
  const assigned: Visit[] = [];
  for (let at: Visit | undefined = visit; at; at = at.after ?? at.inside?.visit) {
    // What a Map or Parallel assigns it assigns at its end, when its branches are over.
    if (at.after?.assigned) assigned.push(at.after);
  }
  return new Map(assigned.reverse().flatMap(entriesOf));
}

export function variablesAfter(visit: Visit): Variables {
  return new Map([...variablesBefore(visit), ...entriesOf(visit)]);
}

function entriesOf({ assigned = {} }: Visit): readonly (readonly [string, string])[] {
  return Object.entries(assigned).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}

/** As a JSON object. */
export function variablesText(variables: Variables): string {
  return `{${[...variables].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}
