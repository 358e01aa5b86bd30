/**
 * Map: one branch per item. The items are found when the state is entered; ItemSelector is evaluated by
 * each branch for itself, when it begins, so that a fork of a million items is not a million evaluations
 * in one transition.
 */
import type { MapState } from "../definition.ts";
import { expectType } from "../evaluate/expression.ts";
import { queryFailure, runtimeFailure } from "../evaluate/failure.ts";
import { readPath } from "../evaluate/path.ts";
import { evaluateTemplate } from "../evaluate/template.ts";
import { isArray, type JsonText, type Value, writeJson } from "../json.ts";
import type { MapItem } from "../position.ts";
import type { Transition } from "../transition.ts";
import { wholeNumber } from "./computed.ts";
import { complete } from "./fork.ts";
import { write } from "./journal.ts";
import { effectiveInput, evaluated } from "./leave.ts";
import type { Payload } from "./payload.ts";
import { scopeOf, stay, type Visit } from "./visit.ts";

/** How many iterations of an inline Map run at once when nothing is said (AWS: "up to 40"). */
const inlineConcurrency = 40;

const concurrencyBounds = { least: 0, most: Number.MAX_SAFE_INTEGER };

export async function forkMap(visit: Visit<MapState>): Promise<Transition> {
  const { state, journal, moment } = visit;
  const input = state.queryLanguage === "JSONata" ? visit.input : effectiveInput(visit);
  const items = await itemsOf(visit, input);
  write(journal, "MapStateStarted", { length: items.length });
  const asked = await wholeNumber("MaxConcurrency", state.maxConcurrency, scopeOf(visit, input), concurrencyBounds);
  if (items.length === 0) return complete(visit, []);
  return stay(visit, {
    kind: "forked",
    claim: moment.seq,
    of: "Map",
    width: items.length,
    concurrency: Math.min(items.length, asked === 0 ? inlineConcurrency : asked),
    shared: input.text,
    items,
  });
}

async function itemsOf(visit: Visit<MapState>, input: Payload): Promise<readonly JsonText[]> {
  const { state } = visit;
  const scope = scopeOf(visit, input);
  if (state.queryLanguage === "JSONata") {
    const { items } = state;
    const found = items === undefined ? input.value : await evaluateTemplate(items, scope);
    const value = items?.root.kind === "expression" ? expectType(items.root.expression, found, "array") : found;
    if (isArray(value)) return value.map(writeJson);
    throw queryFailure(`Map state input must be an array but was: ${writeJson(value)}`);
  }
  const value: Value = state.itemsPath === undefined ? input.value : readPath(state.itemsPath, scope);
  if (isArray(value)) return value.map(writeJson);
  throw runtimeFailure(`Reference path "${state.itemsPath?.source ?? "$"}" must point to array.`);
}

/** A branch begins: what its first state gets as input. The visit is that of the Map state, its input the fork's. */
export async function selectItem(visit: Visit<MapState>, item: MapItem): Promise<JsonText> {
  const { itemSelector } = visit.state;
  if (itemSelector === undefined) return item.value;
  return (await evaluated(itemSelector, scopeOf(visit, visit.input))).text;
}
