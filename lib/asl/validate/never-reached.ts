/** States that only lead to each other, and that the start never comes to. The service takes them; hardly anybody means them. */
import { property, type Value } from "../json.ts";
import type { Problem } from "../problem.ts";
import { edgesIn } from "./graph.ts";
import { scopesOf, type WrittenScope } from "./walk.ts";

export function neverReached(definition: Value): readonly Problem[] {
  return scopesOf(definition).flatMap(neverReachedIn);
}

function neverReachedIn(scope: WrittenScope): readonly Problem[] {
  const startAt = property(scope.object, "StartAt");
  if (typeof startAt !== "string" || !scope.written.some(({ name }) => name === startAt)) return [];
  const edges = edgesIn(scope);
  const targets = new Map<string, string[]>();
  for (const { from, target } of edges) {
    const known = targets.get(from);
    if (known === undefined) targets.set(from, [target]);
    else known.push(target);
  }
  const reached = new Set([startAt]);
  // One that is reached joins the end and has its turn.
  for (const name of reached) for (const target of targets.get(name) ?? []) reached.add(target);
  // One that nothing leads to at all is an error, and told as such.
  const led = new Set(edges.map(({ target }) => target));
  return scope.written
    .filter(({ name }) => !reached.has(name) && led.has(name))
    .map(({ name, path }) => ({
      code: "STATE_NEVER_REACHED",
      severity: "HINT",
      path,
      message: `No way from the start leads to the state '${name}'`,
      hint: "only states that are not reached themselves lead here",
    }));
}
