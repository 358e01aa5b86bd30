/**
 * Whatever has `StartAt` and `States`: the machine itself, a branch, a processor. Its states are not read
 * here but queued, so that nesting costs no stack and outer names are known first.
 */
import type { Branch } from "../definition.ts";
import { isObject, type JsonObject, property, type Value } from "../json.ts";
import { elsewhere, type Fields, field, readFields } from "./fields.ts";
import { inField, type Machine, type Place, report } from "./place.ts";
import { text } from "./values.ts";

const nameLength = 80;
/** Branches within branches; nobody writes so many, and each one multiplies the names of segments. */
const nestingLimit = 50;

const branchFields = { StartAt: field("startAt", text), States: elsewhere, Comment: elsewhere };

/** A branch of a Parallel state. */
export function branch(value: Value, place: Place): Branch | undefined {
  return isObject(value)
    ? container(value, place, { more: {}, distributed: false })
    : report(place, "Expected value of type [OBJECT]", { value });
}

export interface Kind {
  /** Fields besides StartAt and States, read elsewhere. */
  readonly more: Fields;
  readonly distributed: boolean;
}

export function container(object: JsonObject, place: Place, kind: Kind): Branch | undefined {
  const read = readFields(
    { fields: { ...kind.more, ...branchFields }, required: ["States", "StartAt"] },
    object,
    // The container's own fields are of no query language.
    { ...place, languageRefused: true },
  );
  const names = enqueue(object, place, kind.distributed);
  return read.startAt === undefined || names === undefined ? undefined : { startAt: read.startAt, states: names };
}

/** Notes the container and its names; its states are read when their turn comes. */
export function enqueue(object: JsonObject, place: Place, distributed: boolean): readonly string[] | undefined {
  const states = property(object, "States");
  if (states === undefined) return undefined;
  const at = inField(place, "States");
  if (!isObject(states)) return report(at, "Expected value of type [OBJECT]", { value: states });
  const names = Object.keys(states);
  if (names.length === 0) return report(at, "Value cannot be empty");
  const parent = place.path === "" ? undefined : place.container;
  const found = { path: place.path, object, parent, distributed };
  if (depth(found) > nestingLimit) {
    return report(place, `States are nested more than ${nestingLimit} levels deep`, { code: "TOO_DEEPLY_NESTED" });
  }
  for (const name of names) judgeName(place.machine, name, inField(at, name));
  place.machine.containers.push(found);
  return names;
}

function depth(container: { readonly parent: Machine["containers"][number] | undefined }): number {
  let count = 1;
  for (let outer = container.parent; outer !== undefined; outer = outer.parent) count++;
  return count;
}

function judgeName(machine: Machine, name: string, place: Place): void {
  const first = machine.names.get(name);
  if (first === undefined) machine.names.set(name, place.path);
  else report(place, `Duplicate State name: ${name}`, { code: "DUPLICATE_STATE_NAME", hint: `it is also at ${first}` });
  if (name === "" || [...name].length > nameLength) {
    report(place, name === "" ? "State name cannot be empty" : `State name cannot exceed ${nameLength} characters`, {
      code: "INVALID_STATE_NAME",
      value: name,
    });
  }
}
