/**
 * How a state is left: what becomes of its result, its variables, the …StateExited event, and the way
 * into the next state or out of the branch. JSONPath: ResultSelector, ResultPath, OutputPath; JSONata: Output.
 */
import type { Assign, Filter, Following, State } from "../definition.ts";
import { place, type ReferencePath, readPath } from "../evaluate/path.ts";
import type { EvaluationScope } from "../evaluate/scope.ts";
import { evaluateTemplate, type Template } from "../evaluate/template.ts";
import type { EventDetails } from "../event.ts";
import { objectOf, type Value, writeJson } from "../json.ts";
import type { Instant, Position } from "../position.ts";
import type { Transition } from "../transition.ts";
import { finish } from "./finish.ts";
import { inFull, write } from "./journal.ts";
import { checkAssigned, checkSize, checkVariables } from "./limit.ts";
import { nothing, Payload } from "./payload.ts";
import { scopeOf, type Visit, variablesOf } from "./visit.ts";

/** What leaving a state comes to, computed before anything of it is written. */
export interface Departure {
  readonly output: Payload;
  readonly assigned?: Assigned | undefined;
  readonly following: Following;
}

/** Variables that got a value, in order. */
export type Assigned = ReadonlyMap<string, Value>;

export function filtered(visit: Visit, filter: Filter, payload: Payload): Payload {
  if (filter === undefined) return payload;
  if (filter === null) return nothing;
  return Payload.ofValue(readPath(filter, scopeOf(visit, payload)));
}

/** The input after InputPath. */
export function effectiveInput(visit: Visit): Payload {
  const input = filtered(visit, visit.state.inputPath, visit.input);
  visit.moment.watch?.note("afterInputPath", input);
  return input;
}

export async function evaluated(template: Template, scope: EvaluationScope): Promise<Payload> {
  return Payload.ofValue(await evaluateTemplate(template, scope));
}

export async function assign(variables: Assign | undefined, scope: EvaluationScope): Promise<Assigned | undefined> {
  if (variables === undefined || variables.size === 0) return undefined;
  const assigned = new Map<string, Value>();
  for (const [name, template] of variables) assigned.set(name, await evaluateTemplate(template, scope));
  return assigned;
}

/** Result into input: `undefined` replaces it, `null` throws the result away. */
export function merged(input: Payload, path: ReferencePath | null | undefined, result: Payload): Payload {
  if (path === undefined) return result;
  if (path === null) return input;
  return Payload.ofValue(place(input.value, path, result.value));
}

/** A state without a result of its own: its output is its effective input. */
export async function departUnchanged(visit: Visit, following: Following): Promise<Departure> {
  const { state } = visit;
  if (state.queryLanguage === "JSONata") return departJsonata(visit, visit.input, following, {});
  const input = effectiveInput(visit);
  const assigned = state.assign && (await assign(state.assign, scopeOf(visit, input)));
  return { output: filtered(visit, state.outputPath, input), assigned, following };
}

/** `Output` and `Assign` both see the values from before; neither sees the other's. */
export async function departJsonata(
  visit: Visit,
  otherwise: Payload,
  following: Following,
  sight: { readonly result?: Payload },
): Promise<Departure> {
  const { state } = visit;
  if (state.output === undefined && state.assign === undefined) return { output: otherwise, following };
  const scope = scopeOf(visit, visit.input, sight);
  const output = state.output === undefined ? otherwise : await evaluated(state.output, scope);
  return { output, assigned: await assign(state.assign, scope), following };
}

interface Resulting {
  readonly resultSelector?: Template;
  readonly resultPath?: ReferencePath | null | undefined;
}

/** A state with a result: a Task, a Map, a Parallel, a Pass. */
export async function departWith(
  visit: Visit<State & Resulting>,
  result: Payload,
  following: Following,
): Promise<Departure> {
  const { state } = visit;
  if (state.queryLanguage === "JSONata") return departJsonata(visit, result, following, { result });
  const selector = state.resultSelector;
  const selected = selector === undefined ? result : await evaluated(selector, scopeOf(visit, result));
  visit.moment.watch?.note("afterResultSelector", selected);
  // The specification's "result" is what the state came to; what ResultSelector makes of it is the "effective result".
  const assigned = state.assign && (await assign(state.assign, scopeOf(visit, result)));
  const whole = merged(visit.input, state.resultPath, selected);
  visit.moment.watch?.note("afterResultPath", whole);
  return { output: filtered(visit, state.outputPath, whole), assigned, following };
}

/** Writes …StateExited and goes on. `at`: when the state is left, if not now. */
export function leave(visit: Visit, departure: Departure, at?: Instant): Transition {
  const { journal, state } = visit;
  const { following } = departure;
  checkSize(visit, departure.output);
  const output = departure.output.text;
  const { details, variables } = exitDetails(visit, output, departure.assigned);
  write(journal, `${exitName(state)}StateExited`, details, at);
  if (following.kind === "end") return finish(visit, { status: "SUCCEEDED", output });
  const { item, scope } = visit.position;
  const next: Position = {
    ...(scope === undefined ? undefined : { scope }),
    ...(item === undefined ? undefined : { item }),
    ...(variables === undefined ? undefined : { variables }),
    state: following.state,
    input: output,
    events: journal.count,
    previous: journal.previous,
    doing: at === undefined ? { kind: "arriving" } : { kind: "arriving", notBefore: at },
  };
  return { events: journal.events, next };
}

function exitName(state: State): Exclude<State["type"], "Fail"> {
  if (state.type === "Fail") throw new Error(`the Fail state '${state.name}' cannot be left`);
  return state.type;
}

function exitDetails(visit: Visit, output: string, assigned: Assigned | undefined) {
  const { name } = visit.state;
  if (assigned === undefined) {
    const details: EventDetails = { name, output, outputDetails: inFull };
    return { details, variables: visit.position.variables };
  }
  const texts = [...assigned].map(([key, value]): [string, string] => [key, writeJson(value)]);
  checkAssigned(
    visit,
    texts.map(([, text]) => text),
  );
  const assignedVariables = Object.fromEntries(texts);
  const details: EventDetails = {
    name,
    output,
    outputDetails: inFull,
    assignedVariables,
    assignedVariablesDetails: inFull,
  };
  const variables = writeJson(objectOf(new Map([...variablesOf(visit), ...assigned])));
  checkVariables(visit, variables);
  return { details, variables };
}
