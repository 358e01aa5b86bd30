/**
 * What an execution has done to each state so far, and which ways it went, from its history: for colouring a
 * graph and for saying what tests have reached. It reads events as the API gives them and judges nothing else.
 */

export type StateStatus = "running" | "succeeded" | "caught" | "failed" | "aborted";

export interface StateProgress {
  /** Of all visits of the state, the one that matters most: what runs, then what went wrong. */
  readonly status: StateStatus;
  readonly visits: number;
  /** Attempts that failed, and visits of a Map or Parallel state that did. */
  readonly failures: number;
}

export interface Progress {
  readonly states: ReadonlyMap<string, StateProgress>;
  readonly taken: readonly Taken[];
}

/** A way from state to state, by their names. */
export interface Taken {
  readonly from: string;
  readonly to: string;
  /** After a failure that a catcher took. */
  readonly caught: boolean;
}

/** What is read of an event of GetExecutionHistory. */
export interface ProgressEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly stateEnteredEventDetails?: unknown;
  readonly stateExitedEventDetails?: unknown;
  readonly mapIterationFailedEventDetails?: unknown;
}

export function progressOf(events: Iterable<ProgressEvent>): Progress {
  const reading: Reading = { visits: [], open: new Set(), within: new Map(), exits: new Map(), taken: [] };
  for (const event of events) read(reading, event);
  const states = new Map<string, StateProgress>();
  for (const visit of reading.visits) states.set(visit.name, joined(states.get(visit.name), visit));
  return { states, taken: reading.taken };
}

interface Visit {
  readonly name: string;
  /** `Task`, `Map` …: the beginning of its events' types. */
  readonly type: string;
  readonly around: Visit | undefined;
  status: StateStatus;
  failures: number;
  /** Its latest attempt failed and no other has begun. */
  broken: boolean;
}

interface Reading {
  readonly visits: Visit[];
  readonly open: Set<Visit>;
  /** By event: the visit in which it happened, or that around it if the event left it. */
  readonly within: Map<number, Visit | undefined>;
  readonly exits: Map<number, Pick<Taken, "from" | "caught">>;
  readonly taken: Taken[];
}

const priority: readonly StateStatus[] = ["running", "failed", "aborted", "caught", "succeeded"];

function joined(before: StateProgress | undefined, { status, failures }: Visit): StateProgress {
  if (before === undefined) return { status, visits: 1, failures };
  const worse = priority.indexOf(status) < priority.indexOf(before.status) ? status : before.status;
  return { status: worse, visits: before.visits + 1, failures: before.failures + failures };
}

function read(reading: Reading, event: ProgressEvent): void {
  const around = reading.within.get(event.previousEventId);
  const [, type] = /^(\w+)StateEntered$/.exec(event.type) ?? [];
  if (type !== undefined) enter(reading, event, type, around);
  else if (event.type.endsWith("StateExited")) exit(reading, event, around);
  else if (/^Execution(Failed|TimedOut|Aborted)$/.test(event.type)) close(reading, () => true);
  else happen(reading, event, around);
}

function enter(reading: Reading, event: ProgressEvent, type: string, around: Visit | undefined): void {
  const name = nameIn(event.stateEnteredEventDetails);
  const visit: Visit = { name, type, around, status: "running", failures: 0, broken: type === "Fail" };
  reading.visits.push(visit);
  reading.open.add(visit);
  reading.within.set(event.id, visit);
  const exited = reading.exits.get(event.previousEventId);
  if (exited !== undefined) reading.taken.push({ ...exited, to: name });
}

function exit(reading: Reading, event: ProgressEvent, inner: Visit | undefined): void {
  const name = nameIn(event.stateExitedEventDetails);
  const visit = outward(inner, (one) => one.name === name);
  if (visit === undefined) return;
  reading.open.delete(visit);
  visit.status = visit.broken ? "caught" : "succeeded";
  // Whatever of its branches is still open has been left behind.
  if (visit.type === "Map" || visit.type === "Parallel") closeWithin(reading, visit);
  reading.within.set(event.id, visit.around);
  reading.exits.set(event.id, { from: name, caught: visit.broken });
}

/** Something in the midst of a visit: an attempt begins or fails. */
function happen(reading: Reading, event: ProgressEvent, inner: Visit | undefined): void {
  const visit = concerned(event, inner);
  reading.within.set(event.id, visit);
  // What is aborted is known by the end of what is around it: its event follows from the failure elsewhere.
  if (visit === undefined || event.type.endsWith("Aborted") || event.type.startsWith("MapIteration")) return;
  if (/(Failed|TimedOut)$/.test(event.type)) {
    visit.failures += 1;
    visit.broken = true;
  } else if (/(Scheduled|Started)$/.test(event.type)) {
    begin(reading, visit, inner);
  }
}

/** A new attempt, also after a redrive. Of a fork it is one more if it follows from something inside. */
function begin(reading: Reading, visit: Visit, inner: Visit | undefined): void {
  if (inner !== visit) {
    visit.failures += 1;
    closeWithin(reading, visit);
  }
  visit.broken = false;
  visit.status = "running";
  reading.open.add(visit);
}

/** What is told of a Map or Parallel state follows from an event inside it. One that is broken already is not meant. */
function concerned({ type, ...details }: ProgressEvent, inner: Visit | undefined): Visit | undefined {
  if (type.startsWith("MapIteration")) {
    const name = nameIn(details.mapIterationFailedEventDetails);
    return outward(inner, (visit) => visit.type === "Map" && (name === "" || visit.name === name)) ?? inner;
  }
  const [, fork] = /^(Map|Parallel)State(?:Started|Failed|Succeeded)$/.exec(type) ?? [];
  return fork === undefined ? inner : outward(inner, (visit) => visit.type === fork && !visit.broken);
}

function closeWithin(reading: Reading, fork: Visit): void {
  close(reading, ({ around }) => outward(around, (outer) => outer === fork) !== undefined);
}

function close(reading: Reading, isMeant: (visit: Visit) => boolean): void {
  for (const visit of reading.open) {
    if (!isMeant(visit)) continue;
    visit.status = visit.broken ? "failed" : "aborted";
    reading.open.delete(visit);
  }
}

function outward(from: Visit | undefined, isMeant: (visit: Visit) => boolean): Visit | undefined {
  let visit = from;
  while (visit !== undefined && !isMeant(visit)) visit = visit.around;
  return visit;
}

function nameIn(details: unknown): string {
  const name = typeof details === "object" && details !== null && "name" in details ? details.name : undefined;
  return typeof name === "string" ? name : "";
}
