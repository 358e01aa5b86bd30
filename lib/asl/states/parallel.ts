/** Parallel: every branch starts from the same input; the outputs make an array in branch order. */
import type { ParallelState } from "../definition.ts";
import type { Transition } from "../transition.ts";
import { complete } from "./fork.ts";
import { write } from "./journal.ts";
import { effectiveInput, evaluated } from "./leave.ts";
import { noteArguments, scopeOf, stay, type Visit } from "./visit.ts";

export async function forkParallel(visit: Visit<ParallelState>): Promise<Transition> {
  const { state, journal, moment } = visit;
  const input = state.queryLanguage === "JSONata" ? visit.input : effectiveInput(visit);
  const shared = state.parameters === undefined ? input : await evaluated(state.parameters, scopeOf(visit, input));
  noteArguments(visit, shared);
  write(journal, "ParallelStateStarted");
  const width = state.branches.length;
  if (width === 0) return complete(visit, []);
  const fork = { kind: "forked", claim: moment.seq, of: "Parallel", width, concurrency: width } as const;
  return stay(visit, { ...fork, shared: shared.text });
}
