/**
 * A visit is a branch's stay in one state, as the code of the state types sees it during one transition:
 * the state, where the branch stood, what its expressions can see, and the journal they write to.
 */
import type { Definition, State } from "../definition.ts";
import { contextObject } from "../evaluate/context.ts";
import type { EvaluationScope } from "../evaluate/scope.ts";
import type { EventRef } from "../event.ts";
import { isObject, parseJson, type Value } from "../json.ts";
import type { Doing, Entered, Position } from "../position.ts";
import type { Moment, Transition } from "../transition.ts";
import { inFull, type Journal, openJournal, write } from "./journal.ts";
import { Payload } from "./payload.ts";

export interface Visit<S extends State = State> {
  readonly definition: Definition;
  readonly state: S;
  /** Where the branch stood when the transition began. */
  readonly position: Position;
  readonly entered: Entered;
  readonly moment: Moment;
  readonly journal: Journal;
  /** The state's raw input. */
  readonly input: Payload;
  /** What the …StateEntered event refers to, if this very transition entered the state. */
  readonly before?: EventRef;
}

export function stateOf(definition: Definition, position: Position): State {
  const state = definition.states.get(position.state);
  if (state === undefined) throw new Error(`the definition has no state '${position.state}' for the position to be in`);
  return state;
}

/** The branch comes into its next state: writes …StateEntered. */
export function enter(definition: Definition, position: Position, moment: Moment, journal?: Journal): Visit {
  const state = stateOf(definition, position);
  const pages = journal ?? openJournal(position);
  const before = pages.previous;
  const details = { name: state.name, input: position.input, inputDetails: inFull };
  const event = write(pages, `${state.type}StateEntered`, details);
  const entered: Entered = { at: moment.now, event, retryCount: 0 };
  const input = Payload.ofText(position.input);
  return { definition, state, position, entered, moment, journal: pages, input, before };
}

/** The branch is in its state already. */
export function resume(definition: Definition, position: Position, moment: Moment, journal?: Journal): Visit {
  const { entered } = position;
  if (entered === undefined)
    throw new Error(`the position in state '${position.state}' does not say when it was entered`);
  const state = stateOf(definition, position);
  const input = Payload.ofText(position.input);
  return { definition, state, position, entered, moment, journal: journal ?? openJournal(position), input };
}

/** The branch stays in this state. */
export function stay(visit: Visit, doing: Doing, entered: Entered = visit.entered): Transition {
  const { journal } = visit;
  const { scope, item, variables, state, input } = visit.position;
  // Member by member: a copy that `entered` is new to has a shape of its own each time, and is slow wherever it is read.
  const next: Position = {
    ...(scope === undefined ? undefined : { scope }),
    ...(item === undefined ? undefined : { item }),
    ...(variables === undefined ? undefined : { variables }),
    state,
    input,
    events: journal.count,
    previous: journal.previous,
    doing,
    entered,
  };
  return { events: journal.events, next };
}

/** Parameters and Arguments are one field in the definition; a watcher is told which it was. */
export function noteArguments(visit: Visit<Extract<State, { parameters?: unknown }>>, given: Payload): void {
  const { state, moment } = visit;
  if (state.queryLanguage === "JSONPath") moment.watch?.note("afterParameters", given);
  else if (state.parameters !== undefined) moment.watch?.note("afterArguments", given);
}

export interface Sight {
  readonly result?: Payload;
  readonly errorOutput?: Payload;
  /** There is a `$$.Task.Token`: an attempt is being claimed that waits for it. */
  readonly claiming?: boolean;
}

/** What an expression sees whose `$` is `input`. Nothing is parsed before it asks. */
export function scopeOf(visit: Visit, input: Payload, sight: Sight = {}): EvaluationScope {
  return {
    get input() {
      return input.value;
    },
    context: () => contextOf(visit, sight.claiming === true),
    get variables() {
      return variablesOf(visit);
    },
    ...(sight.result === undefined ? {} : { result: sight.result.value }),
    ...(sight.errorOutput === undefined ? {} : { errorOutput: sight.errorOutput.value }),
    now: visit.moment.now,
    chance: visit.moment.chance,
  };
}

function contextOf(visit: Visit, claiming: boolean): Value {
  const { position, entered, state, moment } = visit;
  const here: Position = { ...position, state: state.name, entered };
  if (moment.watch !== undefined) return moment.watch.contextOf(here, claiming);
  return contextObject(here, moment, { taskToken: claiming, stateType: state.type });
}

const noVariables: ReadonlyMap<string, Value> = new Map();

export function variablesOf(visit: Visit): ReadonlyMap<string, Value> {
  const text = visit.position.variables;
  if (text === undefined) return noVariables;
  const value = parseJson(text);
  return isObject(value) ? new Map(Object.entries(value)) : noVariables;
}
