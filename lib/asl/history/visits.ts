/**
 * A history told state by state: each visit of a state with its attempts, what went in and came out, and
 * where it stands inside a Map or Parallel. It reads events as GetExecutionHistory numbers them, so that
 * the API, the console and whoever else shows a run tell the same story. It judges nothing: what happens
 * next is the step's to say.
 */
import type { EventDetails } from "../event.ts";
import type { AwsHistoryEvent } from "../history.ts";
import type { Instant, StateName } from "../position.ts";

export type VisitStatus = "running" | "retrying" | "succeeded" | "caught" | "failed" | "aborted";

/** Payloads are the events' own texts. */
export interface Attempt {
  /** The event it began with. */
  readonly event: number;
  readonly at: Instant;
  readonly endedAt?: Instant;
  /** Of a call that failed or timed out: the event that says so. */
  readonly endEvent?: number;
  readonly status: "running" | "succeeded" | "failed" | "aborted";
  readonly resource?: string;
  readonly arguments?: string;
  readonly result?: string;
  readonly error?: string;
  readonly cause?: string;
  /** The call went out, and its result comes later. */
  readonly submitted?: boolean;
}

/** A Map's item or a Parallel's branch that a visit belongs to; a Parallel's has no index: the state's name tells. */
export interface Inside {
  readonly visit: Visit;
  readonly index?: number;
}

export type ItemStatus = "running" | "succeeded" | "failed" | "aborted";

export interface Visit {
  /** The number of its …StateEntered event. */
  readonly id: number;
  readonly state: StateName;
  /** `Task`, `Map` …, as in the definition. */
  readonly type: string;
  readonly inside?: Inside;
  /** The visit that led here, in the same branch; absent: it is the branch's first. */
  readonly after?: Visit;
  readonly enteredAt: Instant;
  readonly leftAt?: Instant;
  readonly status: VisitStatus;
  readonly attempts: readonly Attempt[];
  readonly input?: string;
  readonly output?: string;
  /** Variables it assigned, each as JSON text. */
  readonly assigned?: EventDetails;
  /** Of a Map: its items by index, in the latest attempt; of a Distributed Map none, they are executions. */
  readonly items: ReadonlyMap<number, ItemStatus>;
  /** Of a Map: how many items there are. */
  readonly width?: number;
  readonly mapRunArn?: string;
  readonly error?: string;
  readonly cause?: string;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type OpenAttempt = Writable<Attempt>;
type OpenVisit = Omit<Writable<Visit>, "attempts" | "items" | "inside" | "after"> & {
  inside?: OpenInside;
  after?: OpenVisit;
  attempts: OpenAttempt[];
  items: Map<number, ItemStatus>;
};
type OpenInside = { readonly visit: OpenVisit; readonly index?: number };

/** What is known after an event: the visit it belongs to, or the scope that the next visit will be in. */
interface Context {
  readonly visit?: OpenVisit;
  readonly inside?: OpenInside;
  /** The visit that has just been left. */
  readonly left?: OpenVisit;
}

interface Fold {
  readonly visits: OpenVisit[];
  readonly open: Set<OpenVisit>;
  /** What the execution's end cut off, which a redrive goes on with. */
  cutOff: readonly OpenVisit[];
  /** By event number. */
  readonly contexts: (Context | undefined)[];
}

/** Visits in the order in which they began. */
export function visitsOf(events: Iterable<AwsHistoryEvent>): readonly Visit[] {
  const fold: Fold = { visits: [], open: new Set(), cutOff: [], contexts: [] };
  for (const event of events) {
    const before = fold.contexts[enteredAt(event) ?? event.previousEventId] ?? {};
    fold.contexts[event.id] = tell(fold, event, before);
  }
  return fold.visits;
}

/**
 * As on Step Functions, EvaluationFailed refers to what was before its state was entered: the state before it, or the
 * Map around it. Its cause says with which event the state was entered, and there it belongs; what Pass, Task or Choice
 * it was that failed, nothing else tells.
 */
function enteredAt(event: AwsHistoryEvent): number | undefined {
  if (event.type !== "EvaluationFailed") return undefined;
  const { state, cause } = detailsOf(event);
  if (typeof state !== "string" || typeof cause !== "string") return undefined;
  const begins = `An error occurred while executing the state '${state}' (entered at the event id #`;
  const [, id] = cause.startsWith(begins) ? (/^(\d+)\)/.exec(cause.slice(begins.length)) ?? []) : [];
  return id === undefined ? undefined : Number(id);
}

type Teller = (fold: Fold, event: AwsHistoryEvent, before: Context, match: RegExpExecArray) => Context;

const tellers: readonly (readonly [type: RegExp, teller: Teller])[] = [
  [/^(\w+)StateEntered$/, entered],
  [/StateExited$/, exited],
  [/^(Map|Parallel)StateStarted$/, forked],
  [/^MapRunStarted$/, runStarted],
  [/^MapIteration(Started|Succeeded|Failed|Aborted)$/, iterated],
  [/^(Map|Parallel)State(Succeeded|Failed)$/, joined],
  [/^(Task|LambdaFunction|Activity)Scheduled$/, scheduled],
  [/^TaskSubmitted$/, submitted],
  [/^(Task|LambdaFunction|Activity)Succeeded$/, succeeded],
  [/^(Task|LambdaFunction|Activity)(Submit|Schedule|Start)?(Failed|TimedOut)$/, failed],
  [/^(EvaluationFailed|MapRunFailed)$/, failed],
  [/^Execution(Failed|TimedOut|Aborted|Succeeded)$/, ended],
  [/^ExecutionRedriven$/, redriven],
];

/** Of each type once: a history has tens of thousands of events, of few types. */
const found = new Map<string, readonly [teller: Teller, match: RegExpExecArray] | undefined>();

function tell(fold: Fold, event: AwsHistoryEvent, before: Context): Context {
  if (!found.has(event.type)) found.set(event.type, tellerOf(event.type));
  const telling = found.get(event.type);
  return telling ? telling[0](fold, event, before, telling[1]) : before;
}

function tellerOf(type: AwsHistoryEvent["type"]): readonly [teller: Teller, match: RegExpExecArray] | undefined {
  for (const [pattern, teller] of tellers) {
    const match = pattern.exec(type);
    if (match) return [teller, match];
  }
  return undefined;
}

/** The one member of the event that is not the same for all types. */
export function detailsOf(event: AwsHistoryEvent): EventDetails {
  // The details come last of few members; no list of them is made for it.
  for (const member in event) {
    if (member.endsWith("EventDetails")) return event[member as `${string}EventDetails`] ?? {}; // as just seen
  }
  return {};
}

function textIn(details: EventDetails, field: string): string | undefined {
  const value = details[field];
  return typeof value === "string" ? value : undefined;
}

/** Only what is there: an absent member and an undefined one are not the same. */
function texts<const Names extends readonly string[]>(
  details: EventDetails,
  ...names: Names
): { [Name in Names[number]]?: string } {
  const found: Record<string, string> = {};
  for (const name of names) {
    const text = textIn(details, name);
    if (text !== undefined) found[name] = text;
  }
  return found as { [Name in Names[number]]?: string }; // made of these names above
}

function entered(fold: Fold, event: AwsHistoryEvent, before: Context, [, type = ""]: RegExpExecArray): Context {
  const details = detailsOf(event);
  const visit: OpenVisit = {
    id: event.id,
    state: textIn(details, "name") ?? "",
    type,
    enteredAt: event.timestamp,
    status: "running",
    attempts: [],
    items: new Map(),
    ...(before.inside && { inside: before.inside }),
    ...(before.left && { after: before.left }),
    ...texts(details, "input"),
  };
  fold.visits.push(visit);
  fold.open.add(visit);
  return within(visit);
}

function within(visit: OpenVisit): Context {
  return { visit, ...(visit.inside && { inside: visit.inside }) };
}

function exited(fold: Fold, event: AwsHistoryEvent, before: Context): Context {
  const details = detailsOf(event);
  const name = textIn(details, "name");
  const visit = climb(before, (found) => found.state === name);
  if (!visit) return before;
  const caught = visit.attempts.at(-1)?.status === "failed" || visit.error !== undefined;
  if (!caught) endAttempt(visit, event.timestamp, { status: "succeeded" });
  close(fold, visit, event.timestamp, caught ? "caught" : "succeeded");
  Object.assign(visit, texts(details, "output"));
  const assigned = details["assignedVariables"];
  if (typeof assigned === "object") visit.assigned = assigned as EventDetails; // its other object holds only `truncated`
  return { left: visit, ...(visit.inside && { inside: visit.inside }) };
}

/** The nearest visit around this point that is meant. */
function climb(from: Context, wanted: (visit: OpenVisit) => boolean): OpenVisit | undefined {
  if (from.visit && wanted(from.visit)) return from.visit;
  for (let inside = from.inside; inside; inside = inside.visit.inside) if (wanted(inside.visit)) return inside.visit;
  return undefined;
}

function close(fold: Fold, visit: OpenVisit, at: Instant, status: VisitStatus): void {
  visit.status = status;
  visit.leftAt = at;
  fold.open.delete(visit);
}

function endAttempt(visit: OpenVisit, at: Instant, end: Partial<OpenAttempt>): void {
  const attempt = visit.attempts.at(-1);
  if (attempt?.status === "running") Object.assign(attempt, { endedAt: at, ...end });
}

/** A redriven execution takes a visit up again that had failed. */
function begin(fold: Fold, visit: OpenVisit, attempt: OpenAttempt): void {
  visit.status = "running";
  delete visit.leftAt;
  delete visit.error;
  delete visit.cause;
  fold.open.add(visit);
  visit.attempts.push(attempt);
}

function forked(fold: Fold, event: AwsHistoryEvent, before: Context, [, type]: RegExpExecArray): Context {
  // Tried again it follows from what failed inside it, unless that is a fork that has failed by itself; redriven, from the end.
  const isOpen = ({ attempts }: OpenVisit): boolean => attempts.length === 0 || attempts.at(-1)?.status === "running";
  const visit =
    climb(before, (found) => found.type === type && isOpen(found)) ?? climb(before, (found) => found.type === type);
  if (!visit) return before;
  if (visit.attempts.at(-1)?.status === "running") {
    endAttempt(visit, event.timestamp, { status: "failed", ...failureOf(before) });
    closeBeneath(fold, visit, event.timestamp);
  }
  begin(fold, visit, { event: event.id, at: event.timestamp, status: "running" });
  visit.items = new Map();
  const length = detailsOf(event)["length"];
  if (typeof length === "number") visit.width = length;
  return { inside: { visit } };
}

function runStarted(_fold: Fold, event: AwsHistoryEvent, before: Context): Context {
  const visit = climb(before, (found) => found.type === "Map");
  if (visit) Object.assign(visit, texts(detailsOf(event), "mapRunArn"));
  return before;
}

const itemStatuses: Readonly<Record<string, ItemStatus>> = {
  Started: "running",
  Succeeded: "succeeded",
  Failed: "failed",
  Aborted: "aborted",
};

function iterated(_fold: Fold, event: AwsHistoryEvent, before: Context, [, verb = ""]: RegExpExecArray): Context {
  const details = detailsOf(event);
  const name = textIn(details, "name");
  const index = details["index"];
  const visit = climb(before, (found) => found.state === name && found.type === "Map");
  const status = itemStatuses[verb];
  if (!visit || typeof index !== "number" || !status) return before;
  visit.items.set(index, status);
  return verb === "Started" ? { inside: { visit, index } } : { ...before, inside: { visit, index } };
}

function joined(fold: Fold, event: AwsHistoryEvent, before: Context, [, type, verb]: RegExpExecArray): Context {
  // An inner fork whose failure has been told is not the one that fails now.
  const visit = climb(before, (found) => found.type === type && found.attempts.at(-1)?.status === "running");
  if (!visit) return before;
  if (verb === "Succeeded") endAttempt(visit, event.timestamp, { status: "succeeded" });
  else {
    endAttempt(visit, event.timestamp, { status: "failed", ...failureOf(before) });
    closeBeneath(fold, visit, event.timestamp);
    visit.status = "retrying";
  }
  return within(visit);
}

/** What a fork fails of: the branch's last failure. */
function failureOf({ visit }: Context): Pick<Attempt, "error" | "cause"> {
  const failure = visit?.attempts.at(-1);
  const { error, cause } = failure?.error === undefined ? (visit ?? {}) : failure;
  return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

function closeBeneath(fold: Fold, container: OpenVisit, at: Instant): void {
  for (const visit of fold.open) if (isBeneath(visit, container)) closeOpen(fold, visit, at);
}

function isBeneath(visit: OpenVisit, container: OpenVisit): boolean {
  for (let inside = visit.inside; inside; inside = inside.visit.inside) if (inside.visit === container) return true;
  return false;
}

/** Nothing left it, so it failed by itself or was cut off. */
function closeOpen(fold: Fold, visit: OpenVisit, at: Instant): void {
  const hasFailed = visit.type === "Fail" || visit.error !== undefined || visit.attempts.at(-1)?.status === "failed";
  const status = hasFailed ? "failed" : "aborted";
  endAttempt(visit, at, { status });
  close(fold, visit, at, status);
  for (const [index, status] of visit.items) if (status === "running") visit.items.set(index, "aborted");
}

function scheduled(fold: Fold, event: AwsHistoryEvent, before: Context): Context {
  const { visit } = before;
  if (!visit) return before;
  const details = detailsOf(event);
  const given = textIn(details, "parameters") ?? textIn(details, "input");
  const resource = [textIn(details, "resourceType"), textIn(details, "resource")].filter(Boolean).join(":");
  begin(fold, visit, {
    event: event.id,
    at: event.timestamp,
    status: "running",
    ...(given !== undefined && { arguments: given }),
    ...(resource !== "" && { resource }),
  });
  return within(visit);
}

function submitted(_fold: Fold, event: AwsHistoryEvent, before: Context): Context {
  const attempt = before.visit?.attempts.at(-1);
  if (attempt) Object.assign(attempt, { submitted: true, result: textIn(detailsOf(event), "output") ?? "" });
  return before;
}

function succeeded(_fold: Fold, event: AwsHistoryEvent, before: Context): Context {
  const result = textIn(detailsOf(event), "output");
  if (before.visit)
    endAttempt(before.visit, event.timestamp, { status: "succeeded", ...(result !== undefined && { result }) });
  return before;
}

function failed(_fold: Fold, event: AwsHistoryEvent, before: Context): Context {
  const visit = before.visit ?? before.inside?.visit;
  if (!visit) return before;
  const failure = {
    error: event.type.endsWith("TimedOut") ? "States.Timeout" : "States.TaskFailed",
    ...texts(detailsOf(event), "error", "cause"),
  };
  if (visit.attempts.at(-1)?.status === "running")
    endAttempt(visit, event.timestamp, { status: "failed", endEvent: event.id, ...failure });
  else Object.assign(visit, failure);
  visit.status = "retrying";
  return within(visit);
}

function ended(fold: Fold, event: AwsHistoryEvent, before: Context): Context {
  if (event.type === "ExecutionFailed") failThrough(fold, event, before);
  const open = [...fold.open];
  for (const visit of open) closeOpen(fold, visit, event.timestamp);
  fold.cutOff = open.filter(({ status }) => status === "aborted");
  return before;
}

/** A call begins anew with an event that says so; a Wait, and what has branches that wait, just goes on. */
function redriven(fold: Fold, _event: AwsHistoryEvent, before: Context): Context {
  for (const visit of fold.cutOff) {
    visit.status = "running";
    delete visit.leftAt;
    fold.open.add(visit);
    for (const [index, status] of visit.items) if (status === "aborted") visit.items.set(index, "running");
  }
  fold.cutOff = [];
  return before;
}

/** What the end refers to has failed, and with it all that is around it: not every failure has events that say so. */
function failThrough({ open }: Fold, event: AwsHistoryEvent, { visit, inside }: Context): void {
  const failure = texts(detailsOf(event), "error", "cause");
  if (visit && open.has(visit) && visit.attempts.at(-1)?.status !== "failed" && visit.error === undefined) {
    Object.assign(visit, failure);
  }
  for (let around = inside; around && open.has(around.visit); around = around.visit.inside) {
    endAttempt(around.visit, event.timestamp, { status: "failed", ...failure });
    if (around.index !== undefined) around.visit.items.set(around.index, "failed");
  }
}
