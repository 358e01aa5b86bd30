/**
 * From JSON to a definition that can be run, or to everything that is wrong with it: each problem with its
 * place, in the service's words where it has them. What is legal and still looks wrong is `validate/`.
 */
import type { Definition } from "./definition.ts";
import { joinReferences } from "./evaluate/references.ts";
import {
  depthLimit,
  isObject,
  type JsonObject,
  JsonSyntaxError,
  objectOf,
  parseJson,
  property,
  type Value,
} from "./json.ts";
import { enqueue } from "./parse/container.ts";
import { elsewhere, field, readFields } from "./parse/fields.ts";
import { syntaxProblem } from "./parse/json-syntax.ts";
import { jsonValue } from "./parse/json-value.ts";
import { type Container, inField, type Machine, type MachineType, type Place } from "./parse/place.ts";
import { languageOf, readState, rootPlace } from "./parse/state.ts";
import { number, oneOf, text } from "./parse/values.ts";
import type { Problem } from "./problem.ts";
import { judgeGraph } from "./validate/graph.ts";
import { judgeVariables } from "./validate/variables.ts";

export type Parsed =
  | { readonly kind: "definition"; readonly definition: Definition }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

export interface ParseOptions {
  /** EXPRESS machines may do less; the default is STANDARD. */
  readonly type?: MachineType;
}

export function parseDefinitionText(text: string, options: ParseOptions = {}): Parsed {
  // An empty text is no JSON error to the service.
  if (text.trim() === "") return refused(notAnObject);
  try {
    return parseValue(parseJson(text), options);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return refused(syntaxProblem(text, error));
    throw error;
  }
}

/** A definition that is an object already: what somebody built, or `parseJson` gave. */
export function parseDefinition(source: unknown, options: ParseOptions = {}): Parsed {
  const value = jsonValue(source);
  return value === undefined ? refused(tooDeep) : parseValue(value, options);
}

/** What TestState calls a state that comes without a machine; its problems are at /States/StateName. */
export const loneStateName = "StateName";

/** One state by itself, as TestState takes it: it may lead to states that are not here. */
export function parseState(source: unknown, options: ParseOptions = {}): Parsed {
  const value = jsonValue(source);
  if (value === undefined) return refused(tooDeep);
  if (!isObject(value)) return refused(notAnObject);
  const machine = objectOf([
    ["StartAt", loneStateName],
    ["States", objectOf([[loneStateName, value]])],
  ]);
  return parseValue(machine, { ...options, targets: "unknown" });
}

const notAnObject: Problem = {
  code: "SCHEMA_VALIDATION_FAILED",
  severity: "ERROR",
  message: "Definition must be a valid JSON object",
};

const tooDeep: Problem = {
  code: "TOO_DEEPLY_NESTED",
  severity: "ERROR",
  message: `Definition is nested more than ${depthLimit} levels deep`,
};

function refused(problem: Problem): Parsed {
  return { kind: "problems", problems: [problem] };
}

const machineShape = {
  required: ["States", "StartAt"],
  fields: {
    Comment: field("comment", text),
    QueryLanguage: elsewhere,
    StartAt: field("startAt", text),
    TimeoutSeconds: field("timeoutSeconds", number({ least: 0, most: 99_999_999 })),
    Version: field("version", oneOf("1.0")),
    States: elsewhere,
  },
} as const;

function parseValue(source: Value, options: ParseOptions & { readonly targets?: "unknown" }): Parsed {
  if (!isObject(source)) return refused(notAnObject);
  const { machine, place } = beginning(source, options);
  const read = readFields(machineShape, source, place);
  enqueue(source, place, false);
  // Reading a state may find further containers, which then have their turn.
  for (const container of machine.containers) readStates(container, machine);
  judgeGraph(machine, options.targets ?? "known");
  judgeVariables(machine);
  if (machine.problems.length > 0 || read.startAt === undefined)
    return { kind: "problems", problems: machine.problems };
  return { kind: "definition", definition: definitionOf(machine, read.startAt, read.timeoutSeconds) };
}

function beginning(source: JsonObject, options: ParseOptions): { machine: Machine; place: Place } {
  const container: Container = { path: "", object: source, parent: undefined, distributed: false };
  const machine: Machine = {
    language: "JSONPath",
    type: options.type ?? "STANDARD",
    problems: [],
    states: new Map(),
    names: new Map(),
    labels: new Map(),
    references: new Map(),
    containers: [],
    assigned: [],
  };
  const place = rootPlace(machine, container, []);
  const language = languageOf(property(source, "QueryLanguage"), "JSONPath", inField(place, "QueryLanguage"));
  const speaking = { ...machine, language };
  return { machine: speaking, place: { ...place, machine: speaking, language } };
}

function readStates(container: Container, machine: Machine): void {
  const states = property(container.object, "States");
  if (!isObject(states)) return;
  for (const [name, state] of Object.entries(states)) readState(name, state, container, machine);
}

function definitionOf(machine: Machine, startAt: string, timeoutSeconds: number | undefined): Definition {
  const byState = [...machine.references].map(([name, all]) => [name, joinReferences(all)] as const);
  return {
    startAt,
    states: machine.states,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    asksForExecutionInput: byState.some(([, references]) => references.executionInput),
    variableReferences: new Map(
      byState
        .filter(([, references]) => references.variables.length > 0)
        .map(([name, { variables }]) => [name, [...variables].sort()]),
    ),
  };
}
