/** One state: its query language, its type, and by the type the reader of everything else. */
import type { QueryLanguage, State, StateType } from "../definition.ts";
import type { References } from "../evaluate/references.ts";
import { type JsonObject, property, type Value } from "../json.ts";
import { asObject } from "./fields.ts";
import { map } from "./map.ts";
import { type Container, inField, type Machine, meant, type Place, report, seesNeither } from "./place.ts";
import { choice, fail, parallel, pass, succeed, wait } from "./simple-states.ts";
import { task } from "./task.ts";

type StateReader = (object: JsonObject, place: Place, name: string) => State | undefined;

const readers: Readonly<Record<StateType, StateReader>> = {
  Pass: pass,
  Task: task,
  Choice: choice,
  Wait: wait,
  Succeed: succeed,
  Fail: fail,
  Parallel: parallel,
  Map: map,
};

const stateTypes: readonly string[] = Object.keys(readers);

function isStateType(type: Value): type is StateType {
  return typeof type === "string" && stateTypes.includes(type);
}

/** Reads a state and, where it means something, puts it into the machine. */
export function readState(name: string, value: Value, container: Container, machine: Machine): void {
  const references: References[] = [];
  const at = { ...rootPlace(machine, container, references), path: `${container.path}/States/${name}` };
  const object = asObject(value, at);
  if (object === undefined) return;
  const spoken = speaking(object, at);
  const type = stateType(property(object, "Type"), at);
  const state = type === undefined ? undefined : readers[type](object, spoken, name);
  if (state !== undefined) machine.states.set(name, state);
  machine.references.set(name, [...(machine.references.get(name) ?? []), ...references]);
}

export function rootPlace(machine: Machine, container: Container, references: References[]): Place {
  return {
    machine,
    container,
    path: "",
    field: "",
    language: machine.language,
    languageRefused: false,
    sees: seesNeither,
    references,
  };
}

function stateType(value: Value | undefined, place: Place): StateType | undefined {
  if (value === undefined) return report(place, "The field 'Type' is required", { allowed: stateTypes });
  if (isStateType(value)) return value;
  const at = inField(place, "Type");
  if (typeof value !== "string") return report(at, "Expected value of type [STRING]", { value, allowed: stateTypes });
  const near = meant(place.machine, value, stateTypes);
  return report(at, `Value should be one of the following: [${stateTypes.join(", ")}]`, {
    value,
    allowed: stateTypes,
    hint: near === undefined ? undefined : `did you mean '${near}'?`,
  });
}

/** Anything but exactly "JSONPath" makes a JSONata state; what is neither is reported as well. */
export function languageOf(value: Value | undefined, otherwise: QueryLanguage, place: Place): QueryLanguage {
  if (value === undefined) return otherwise;
  if (value === "JSONPath") return "JSONPath";
  if (typeof value !== "string") report(place, "Expected value of type [STRING]", { value });
  else if (value !== "JSONata") {
    report(place, "Value should be one of the following: [JSONPath, JSONata]", {
      value,
      allowed: ["JSONPath", "JSONata"],
    });
  }
  return "JSONata";
}

function speaking(object: JsonObject, place: Place): Place {
  const language = languageOf(
    property(object, "QueryLanguage"),
    place.machine.language,
    inField(place, "QueryLanguage"),
  );
  if (language === "JSONata" || place.machine.language === "JSONPath") return { ...place, language };
  report(place, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", {
    hint: "only the other way round can a state differ: leave the machine at JSONPath and set JSONata on states",
  });
  // That is the whole answer: which of its fields suit which language is not judged on top of it.
  return { ...place, language, languageRefused: true };
}
