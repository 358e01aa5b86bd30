/** Where the items of a Map come from, and what each branch or child makes of its own. */
import type { MapState } from "../definition.ts";
import { expectType } from "../evaluate/expression.ts";
import { queryFailure, runtimeFailure } from "../evaluate/failure.ts";
import { readReference } from "../evaluate/path.ts";
import type { EvaluationScope } from "../evaluate/scope.ts";
import { evaluateTemplate } from "../evaluate/template.ts";
import { entriesOf, isArray, isObject, type JsonObject, type JsonText, writeJson } from "../json.ts";
import type { MapItem } from "../position.ts";
import { evaluated } from "./leave.ts";
import { Payload } from "./payload.ts";
import { scopeOf, type Visit } from "./visit.ts";

/** Items in order; those of an object with their keys. */
export interface Items {
  readonly values: readonly JsonText[];
  readonly keys?: readonly string[];
}

export async function itemsOf(visit: Visit<MapState>, input: Payload): Promise<Items> {
  const { state } = visit;
  const scope = scopeOf(visit, input);
  if (state.queryLanguage === "JSONata") return jsonataItems(state, input, scope);
  const value = state.itemsPath === undefined ? input.value : readReference(state.itemsPath, scope);
  if (isArray(value)) {
    visit.moment.watch?.note("afterItemsPath", Payload.ofValue(value));
    return { values: value.map(writeJson) };
  }
  if (isObject(value) && state.distributed !== undefined) return membersOf(value);
  throw runtimeFailure(`Reference path "${state.itemsPath?.source ?? "$"}" must point to array.`);
}

/** Only a Distributed Map takes the members of an object for items. */
function membersOf(object: JsonObject): Items {
  const entries = entriesOf(object);
  return { values: entries.map(([, one]) => writeJson(one)), keys: entries.map(([key]) => key) };
}

async function jsonataItems(state: MapState, input: Payload, scope: EvaluationScope): Promise<Items> {
  const { items } = state;
  const value = items === undefined ? input.value : await evaluateTemplate(items, scope);
  if (isArray(value)) return { values: value.map(writeJson) };
  if (isObject(value) && state.distributed !== undefined) return membersOf(value);
  if (items?.root.kind === "expression") expectType(items.root.expression, value, "array");
  throw queryFailure(`Map state input must be an array but was: ${writeJson(value)}`);
}

/** A branch begins: what its first state gets as input. The visit is that of the Map state, its input the fork's. */
export async function selectItem(visit: Visit<MapState>, item: MapItem): Promise<JsonText> {
  const { itemSelector } = visit.state;
  if (itemSelector === undefined) return plainItem(item);
  return (await evaluated(itemSelector, scopeOf(visit, visit.input))).text;
}

/** "Passing the pair": https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemspath.html */
function plainItem({ key, value }: MapItem): JsonText {
  return key === undefined ? value : `{"Key":${writeJson(key)},"Value":${value}}`;
}
