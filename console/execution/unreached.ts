/** Why an execution has no visit of a state: it has not come there, its children do, or its machine has no such state. */
import { isArray, isObject, type JsonObject, parseJson, property, type Value } from "../../lib/asl/json.ts";

export type Unreached =
  | { readonly kind: "not reached" }
  /** It runs in the executions that this Map starts. */
  | { readonly kind: "in children"; readonly map: string }
  | { readonly kind: "unknown" };

const notReached: Unreached = { kind: "not reached" };

/** `definition`: undefined: it has not been read yet. */
export function unreached(definition: string | undefined, state: string): Unreached {
  const machine = definition === undefined ? undefined : parsed(definition);
  if (machine === undefined) return notReached;
  return found(machine, state, undefined) ?? { kind: "unknown" };
}

function parsed(definition: string): Value | undefined {
  try {
    return parseJson(definition);
  } catch {
    return undefined;
  }
}

/** `map`: the Distributed Map around what is looked through. */
function found(level: Value | undefined, wanted: string, map: string | undefined): Unreached | undefined {
  const states = isObject(level) ? property(level, "States") : undefined;
  if (!isObject(states)) return undefined;
  for (const [name, state] of Object.entries(states)) {
    if (name === wanted) return map === undefined ? notReached : { kind: "in children", map };
    if (!isObject(state)) continue;
    const around = map ?? (isDistributed(state) ? name : undefined);
    for (const inner of levelsIn(state)) {
      const place = found(inner, wanted, around);
      if (place) return place;
    }
  }
  return undefined;
}

function levelsIn(state: JsonObject): readonly Value[] {
  const branches = property(state, "Branches");
  const processors = [property(state, "ItemProcessor"), property(state, "Iterator")];
  return [...(isArray(branches) ? branches : []), ...processors.filter((one) => one !== undefined)];
}

function isDistributed(state: JsonObject): boolean {
  const processor = property(state, "ItemProcessor");
  const config = isObject(processor) ? property(processor, "ProcessorConfig") : undefined;
  return isObject(config) && property(config, "Mode") === "DISTRIBUTED";
}
