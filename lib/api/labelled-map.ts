/**
 * What a label in a machine's ARN names: the inside of a Distributed Map state, as a machine of its own. The service
 * documents that it is described, not in which form.
 */
import {
  entriesOf,
  isArray,
  isObject,
  type JsonText,
  objectOf,
  parseJson,
  property,
  type Value,
  writeJson,
} from "../asl/json.ts";

interface DistributedMap {
  /** Absent: each run draws one. */
  readonly label: Value | undefined;
  readonly inside: Value;
}

/** Undefined: no Map of the definition has the label, or more than one could have drawn it. */
export function insideOfMap(definition: JsonText, label: string): JsonText | undefined {
  const machine = parseJson(definition);
  const maps = [...distributedMaps(machine)];
  const nameless = maps.filter((map) => map.label === undefined);
  const named = maps.find((map) => map.label === label) ?? (nameless.length === 1 ? nameless[0] : undefined);
  return named && writeMachine(named.inside, machine);
}

/** It has the query language that it had where it was. */
function writeMachine(inside: Value, machine: Value): JsonText {
  const language = member(machine, "QueryLanguage");
  const members = isObject(inside) ? entriesOf(inside).filter(([name]) => name !== "ProcessorConfig") : [];
  return writeJson(objectOf([...(language === undefined ? [] : [["QueryLanguage", language] as const]), ...members]));
}

function* distributedMaps(machine: Value | undefined): Generator<DistributedMap> {
  const states = member(machine, "States");
  for (const [, state] of isObject(states) ? entriesOf(states) : []) {
    const branches = member(state, "Branches");
    for (const branch of isArray(branches) ? branches : []) yield* distributedMaps(branch);
    const inside = member(state, "ItemProcessor") ?? member(state, "Iterator");
    if (inside === undefined) continue;
    if (member(member(inside, "ProcessorConfig"), "Mode") === "DISTRIBUTED")
      yield { label: member(state, "Label"), inside };
    yield* distributedMaps(inside);
  }
}

function member(value: Value | undefined, name: string): Value | undefined {
  return isObject(value) ? property(value, name) : undefined;
}
