/** Watching an execution: its states as they pass, with times, retries and catches, until it ends. */
import { setTimeout as pause } from "node:timers/promises";
import { ApiFailure, type Client, type Reply } from "./client.ts";
import { commandLine } from "./client-settings.ts";
import { childrenNotes, childrenOf } from "./cost/children.ts";
import { countsOf } from "./cost/count.ts";
import { costLine, estimateOf, together } from "./cost/estimate.ts";
import { toldRunCounts } from "./explain/failed-child.ts";
import { several } from "./explain/words.ts";
import { listAll } from "./list-all.ts";
import { namesIn, restPathOf } from "./names.ts";
import { otherArn } from "./not-found.ts";
import { duration, padded, paint, payloadBehind } from "./paint.ts";
import { inLine } from "./visible.ts";
import { whatChanged } from "./what-changed.ts";

const firstPause = 20;
const longestPause = 500;
/** Of the time, at most a fifth goes into reading: a long history is read less often. */
const restPerRead = 4;

export interface FollowOptions {
  /** What functions print is told under their states, where the server keeps it. */
  readonly printed?: boolean;
  /** It has been redriven: its story begins there. */
  readonly redriven?: boolean;
}

/** Prints what happens as it comes, to nobody where there is no `print`; answers the description of the ended execution. */
export async function follow(
  client: Client,
  executionArn: string,
  print: ((line: string) => void) | undefined,
  { printed = false, redriven = false }: FollowOptions = {},
): Promise<Reply> {
  if (executionArn.includes(":express:")) throw otherArn(client, executionArn);
  if (print === undefined) return await untilEnded(client, executionArn);
  const told = new Map<string, number>();
  const asked = new Set<number>();
  let description = await client.call("DescribeExecution", { executionArn });
  for (let wait = firstPause; ; ) {
    const begun = performance.now();
    const events = await listAll(client, "GetExecutionHistory", { executionArn }, "events");
    const fresh = untold(redriven ? sinceRedrive(events) : story(events), told);
    for (const { text, attempt, run } of fresh) {
      print(`  ${text}${run === undefined ? "" : `  ${await itemsOf(client, run)}`}`);
      if (!printed || attempt === undefined || asked.has(attempt)) continue;
      asked.add(attempt);
      for (const line of await linesOf(client, executionArn, attempt)) print(`    ${paint("dim", `│ ${line}`)}`);
    }
    if (description.status !== "RUNNING") return description;
    wait = fresh.length > 0 ? firstPause : nextPause(wait);
    const rest = Math.max(wait, restPerRead * (performance.now() - begun));
    description = await untilEnded(client, executionArn, rest);
  }
}

/** Its description once it has ended, or when so many milliseconds have passed. The end is asked for more often than a history. */
async function untilEnded(
  client: Client,
  executionArn: string,
  milliseconds = Number.POSITIVE_INFINITY,
): Promise<Reply> {
  const deadline = performance.now() + milliseconds;
  for (let wait = firstPause; ; wait = nextPause(wait)) {
    await pause(Math.min(wait, deadline - performance.now()));
    const description = await client.call("DescribeExecution", { executionArn });
    if (description.status !== "RUNNING" || performance.now() >= deadline) return description;
  }
}

function nextPause(milliseconds: number): number {
  return Math.min(longestPause, milliseconds * 1.5);
}

/** No history tells what the items of a Map Run came to. */
async function itemsOf(client: Client, mapRunArn: string): Promise<string> {
  return toldRunCounts(await client.call("DescribeMapRun", { mapRunArn }));
}

/**
 * While branches run side by side their events are numbered anew at each read, so lines are known by what
 * they say: of equal ones, as many are told as there are.
 */
function untold(lines: readonly Told[], told: Map<string, number>): readonly Told[] {
  const counts = new Map<string, number>();
  return lines.filter(({ text }) => {
    const count = (counts.get(text) ?? 0) + 1;
    counts.set(text, count);
    if (count <= (told.get(text) ?? 0)) return false;
    told.set(text, count);
    return true;
  });
}

/** Newest last; of a chatty function the end is what matters, and the console has all. */
const mostLines = 20;

async function linesOf(client: Client, executionArn: string, attempt: number): Promise<readonly string[]> {
  try {
    const { lines } = await client.get(`${restPathOf(executionArn)}/function-lines?event=${attempt}`);
    return lines.slice(-mostLines).map(({ line }: Reply) => line);
  } catch (error) {
    if (error instanceof ApiFailure) return []; // an older server, or a key that may not ask
    throw error;
  }
}

interface Told {
  readonly text: string;
  readonly event: number;
  /** The event with which the attempt began that this tells the end of. */
  readonly attempt?: number;
  /** The Map Run that has ended: its counts belong behind the text. */
  readonly run?: string;
}

/** The last one; what came before only says what its states had. */
function sinceRedrive(events: readonly Reply[]): readonly Told[] {
  const last = events.findLast(({ type }) => type === "ExecutionRedriven")?.id ?? Number.POSITIVE_INFINITY;
  return story(events).filter(({ event }) => event >= last);
}

/** One line for each thing worth telling; what is between (scheduled, started) only sets the times. */
export function story(events: readonly Reply[]): readonly Told[] {
  const byId = new Map<number, Reply>(events.map((event) => [event.id, event]));
  const attempts = new Map<number, number>();
  const distributed = new Set(events.map(({ type, previousEventId }) => type === "MapRunStarted" && previousEventId));
  return events.flatMap((event) => {
    const text = distributed.has(event.id) ? undefined : tell(event, byId, attempts);
    if (text === undefined) return [];
    const attempt = endOfAttempt.test(event.type) ? attemptBefore(event, byId) : undefined;
    const run = endOfRun.test(event.type) ? runBefore(event, byId) : undefined;
    return [{ text, event: event.id, ...(attempt !== undefined && { attempt }), ...(run !== undefined && { run }) }];
  });
}

const endOfRun = /^MapRun(Succeeded|Failed|Aborted)$/;

function runBefore(event: Reply, byId: ReadonlyMap<number, Reply>): string | undefined {
  for (let at = byId.get(event.previousEventId); at; at = byId.get(at.previousEventId))
    if (at.type === "MapRunStarted") return at.mapRunStartedEventDetails.mapRunArn;
  return undefined;
}

const endOfAttempt = /^(TaskStateExited|(Task|LambdaFunction)(Failed|TimedOut))$/;

function attemptBefore(event: Reply, byId: ReadonlyMap<number, Reply>): number | undefined {
  for (let at = byId.get(event.previousEventId); at; at = byId.get(at.previousEventId)) {
    if (/^(Task|LambdaFunction)Scheduled$/.test(at.type)) return at.id;
    if (at.type === "TaskStateEntered") return undefined;
  }
  return undefined;
}

interface EnteredState {
  readonly id: number;
  readonly name: string;
  /** When it was entered, or taken up again by a redrive. */
  readonly at: number;
  readonly input?: string;
}

/** The state that the event belongs to: the nearest one entered on its way back, by name where the event says one. */
function enteredBy(event: Reply, byId: ReadonlyMap<number, Reply>, wanted?: string): EnteredState | undefined {
  let redriven: Reply | undefined;
  for (let at = byId.get(event.previousEventId); at; at = byId.get(at.previousEventId)) {
    if (at.type === "ExecutionRedriven") redriven ??= at;
    const { name, input } = at.stateEnteredEventDetails ?? {};
    if (name === undefined || (wanted !== undefined && name !== wanted)) continue;
    return { id: at.id, name, input, at: (redriven ?? at).timestamp * 1_000 };
  }
  return undefined;
}

type Tell = (event: Reply, byId: ReadonlyMap<number, Reply>, attempts: Map<number, number>) => string | undefined;

const tales: readonly (readonly [type: RegExp, tell: Tell])[] = [
  [/StateExited$/, exited],
  [/^(Task|LambdaFunction|Activity)(Failed|TimedOut|SubmitFailed|ScheduleFailed|StartFailed)$/, failed],
  [/^(Task|LambdaFunction|Activity)Scheduled$/, triedAgain],
  [
    /^TaskSubmitted$/,
    (event, byId) => line("cyan", "…", enteredBy(event, byId), event, "submitted, waits for its result"),
  ],
  [/^FailStateEntered$/, (event) => line("red", "✖", undefined, event, "")],
  [/^WaitStateEntered$/, (event) => line("cyan", "…", undefined, event, "waits")],
  [/^(Map|Parallel)StateFailed$/, (event, byId) => line("red", "✖", enteredBy(event, byId), event, "")],
  [/^(Map|Parallel)StateStarted$/, forked],
  [/^MapRunStarted$/, distributedOver],
  [endOfRun, (event, byId) => line("cyan", "⑂", enteredBy(event, byId), event, "")],
  [/^ExecutionRedriven$/, takenUp],
];

function tell(event: Reply, byId: ReadonlyMap<number, Reply>, attempts: Map<number, number>): string | undefined {
  return tales.find(([type]) => type.test(event.type))?.[1](event, byId, attempts);
}

/** Attempts are counted anew from here. */
function takenUp(event: Reply, _byId: ReadonlyMap<number, Reply>, attempts: Map<number, number>): string {
  attempts.clear();
  return line("cyan", "⟳", undefined, event, "redriven");
}

const nameWidth = 24;
const tookWidth = 8;
/** Columns before what a line says: the indent, the sign, the name, the time, and what is between. */
const before = 2 + 2 + nameWidth + 1 + tookWidth + 2;

function line(
  colour: "cyan" | "green" | "red" | "yellow",
  sign: string,
  state: EnteredState | undefined,
  event: Reply,
  says: string,
): string {
  const name = state?.name ?? event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name ?? "";
  const took = state ? duration(event.timestamp * 1_000 - state.at) : "";
  return `${paint(colour, sign)} ${padded(inLine(name), nameWidth)} ${took.padStart(tookWidth)}  ${says}`.trimEnd();
}

function exited(event: Reply, byId: ReadonlyMap<number, Reply>): string {
  const { name, output } = event.stateExitedEventDetails;
  const state = enteredBy(event, byId, name);
  const caught = /(Failed|TimedOut)$/.test(byId.get(event.previousEventId)?.type ?? "");
  return caught
    ? line("yellow", "↩", state, event, "caught")
    : line("green", "✔", state, event, paint("dim", payloadBehind(before, madeOf(state?.input, output))));
}

/** Where states add to what they got, their outputs all begin alike. Histories without data have neither. */
function madeOf(input: string | undefined, output: string | undefined): string | undefined {
  if (input === undefined || output === undefined) return output;
  return whatChanged(input, output) ?? output;
}

function failed(event: Reply, byId: ReadonlyMap<number, Reply>, attempts: Map<number, number>): string {
  const state = enteredBy(event, byId);
  const details = event[`${event.type[0].toLowerCase()}${event.type.slice(1)}EventDetails`] ?? {};
  const attempt = (state ? (attempts.get(state.id) ?? 0) : 0) + 1;
  if (state) attempts.set(state.id, attempt);
  const error = details.error ?? (event.type.endsWith("TimedOut") ? "States.Timeout" : "");
  return line("red", "✖", state, event, `attempt ${attempt}: ${error} ${paint("dim", reason(details.cause))}`);
}

function triedAgain(event: Reply, byId: ReadonlyMap<number, Reply>, attempts: Map<number, number>): string | undefined {
  const state = enteredBy(event, byId);
  return state && attempts.has(state.id) ? line("yellow", "↻", state, event, "tried again") : undefined;
}

function forked(event: Reply, byId: ReadonlyMap<number, Reply>): string {
  const name = enteredBy(event, byId)?.name ?? "";
  const length = event.mapStateStartedEventDetails?.length;
  return `${paint("cyan", "⑂")} ${name}${length === undefined ? "" : ` over ${several(length, "item")}`}`;
}

/** A reader has not read yet when the run starts: the history shows 0 items then, as Step Functions does. */
function distributedOver(event: Reply, byId: ReadonlyMap<number, Reply>): string {
  const length = byId.get(event.previousEventId)?.mapStateStartedEventDetails?.length;
  const over = length ? `over ${several(length, "item")}` : "over items that are yet to be read";
  return `${paint("cyan", "⑂")} ${enteredBy(event, byId)?.name ?? ""} ${over}, as executions of their own`;
}

const reasonWidth = 400;

/** Of what a failed function left (`{errorType, errorMessage, trace}`), the message: the history has the rest. */
function reason(cause: string | undefined): string {
  const text = (messageOf(cause ?? "") ?? cause ?? "").replace(/\s+/g, " ");
  return text.length > reasonWidth ? `${text.slice(0, reasonWidth - 1)}…` : text;
}

function messageOf(cause: string): string | undefined {
  try {
    const { errorMessage }: { errorMessage?: unknown } = JSON.parse(cause) ?? {};
    return typeof errorMessage === "string" ? errorMessage : undefined;
  } catch {
    return undefined; // most causes are sentences
  }
}

/** What it has cost, and, unless all went well, where more is told: computed from the whole history, so lines of their own. */
export async function afterwards(client: Client, { executionArn, status }: Reply): Promise<string> {
  const question = { executionArn, includeExecutionData: false };
  const events = await listAll(client, "GetExecutionHistory", question, "events");
  const children = await childrenOf(client.call, executionArn, events);
  const sum = costLine(together([estimateOf(countsOf(events)), children.estimate]));
  const cost = [sum, ...childrenNotes(children)].map((line) => `  ${line}`).join("\n");
  const { machine, name } = namesIn(executionArn);
  const more =
    status === "SUCCEEDED"
      ? ""
      : `\n  why, and what happens next: ${commandLine(client.url, `explain ${machine}/${name}`)}`;
  return paint("dim", `${cost}${more}`);
}

/** The last line: how it ended, and what came out or why it failed. Where a redrive is followed, since when it is: in seconds. */
export function ending(description: Reply, redriveDate?: number): string {
  const time = duration((description.stopDate - (redriveDate ?? description.startDate)) * 1_000);
  const took = redriveDate === undefined ? time : `${time} since its redrive`;
  if (description.status === "SUCCEEDED") {
    return `${paint("green", "✔ SUCCEEDED")} in ${took}  ${paint("dim", payloadBehind(`✔ SUCCEEDED in ${took}  `.length, description.output))}`;
  }
  const why = [description.error, reason(description.cause)].filter(Boolean).join(": ");
  return `${paint("red", `✖ ${description.status}`)} in ${took}  ${why}`;
}
