/**
 * Map: one branch per item. The items are found when the state is entered; ItemSelector is evaluated by
 * each branch for itself, when it begins, so that a fork of a million items is not a million evaluations
 * in one transition.
 */
import type { MapState } from "../definition.ts";
import type { Transition } from "../transition.ts";
import { numberOf } from "./computed.ts";
import { forkDistributed } from "./distributed.ts";
import { complete } from "./fork.ts";
import { itemsOf } from "./items.ts";
import { write } from "./journal.ts";
import { effectiveInput } from "./leave.ts";
import { scopeOf, stay, type Visit } from "./visit.ts";

/** How many iterations of an inline Map run at once when nothing is said (AWS: "up to 40"). */
const inlineConcurrency = 40;

const concurrencyBounds = { least: 0, most: Number.MAX_SAFE_INTEGER };

export async function forkMap(visit: Visit<MapState>): Promise<Transition> {
  const { state, journal, moment } = visit;
  const input = state.queryLanguage === "JSONata" ? visit.input : effectiveInput(visit);
  if (state.distributed !== undefined) return forkDistributed(visit, state.distributed, input);
  const { values } = await itemsOf(visit, input);
  write(journal, "MapStateStarted", { length: values.length });
  const asked = await numberOf("MaxConcurrency", state.maxConcurrency, scopeOf(visit, input), concurrencyBounds);
  moment.watch?.note("maxConcurrency", { text: String(asked) });
  if (values.length === 0) return complete(visit, []);
  return stay(visit, {
    kind: "forked",
    claim: moment.seq,
    of: "Map",
    width: values.length,
    concurrency: Math.min(values.length, asked === 0 ? inlineConcurrency : asked),
    shared: input.text,
    items: values,
  });
}
