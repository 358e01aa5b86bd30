/** Watching an execution: its states as they pass, with times, retries and catches, until it ends. */
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Reply } from "./client.ts";
import { listAll } from "./names.ts";
import { duration, paint, shortPayload } from "./paint.ts";

const firstPause = 20;
const longestPause = 500;
/** Of the time, at most a fifth goes into reading: a long history is read less often. */
const restPerRead = 4;

/** Prints what happens as it comes; answers the description of the ended execution. */
export async function follow(client: Client, executionArn: string, print: (line: string) => void): Promise<Reply> {
  const told = new Map<string, number>();
  let wait = firstPause;
  for (;;) {
    const begun = performance.now();
    const description = await client.call("DescribeExecution", { executionArn });
    const events = await listAll(client, "GetExecutionHistory", { executionArn }, "events");
    const fresh = untold(story(events), told);
    for (const line of fresh) print(`  ${line}`);
    if (description.status !== "RUNNING") return description;
    wait = fresh.length > 0 ? firstPause : Math.min(longestPause, wait * 1.5);
    await pause(Math.max(wait, restPerRead * (performance.now() - begun)));
  }
}

/**
 * While branches run side by side their events are numbered anew at each read, so lines are known by what
 * they say: of equal ones, as many are told as there are.
 */
function untold(lines: readonly string[], told: Map<string, number>): readonly string[] {
  const counts = new Map<string, number>();
  return lines.filter((line) => {
    const count = (counts.get(line) ?? 0) + 1;
    counts.set(line, count);
    if (count <= (told.get(line) ?? 0)) return false;
    told.set(line, count);
    return true;
  });
}

/** One line for each thing worth telling; what is between (scheduled, started) only sets the times. */
export function story(events: readonly Reply[]): readonly string[] {
  const byId = new Map<number, Reply>(events.map((event) => [event.id, event]));
  const attempts = new Map<number, number>();
  const latest = new Map<string, EnteredState>();
  const lines: string[] = [];
  for (const event of events) {
    const own = event.stateEnteredEventDetails?.name;
    if (own !== undefined) latest.set(own, { id: event.id, name: own, at: event.timestamp * 1_000 });
    const left = latest.get(event.stateExitedEventDetails?.name);
    const caught = /(Failed|TimedOut)$/.test(byId.get(event.previousEventId)?.type ?? "");
    const line = tell(event, event.timestamp * 1_000, left ?? enteredBy(event, byId), attempts, caught);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

interface EnteredState {
  readonly id: number;
  readonly name: string;
  readonly at: number;
}

/** The state that the event belongs to: the nearest one entered on its way back. */
function enteredBy(event: Reply, byId: ReadonlyMap<number, Reply>): EnteredState | undefined {
  for (let at = byId.get(event.previousEventId); at; at = byId.get(at.previousEventId)) {
    const name = at.stateEnteredEventDetails?.name;
    if (name !== undefined) return { id: at.id, name, at: at.timestamp * 1_000 };
  }
  return undefined;
}

function tell(
  event: Reply,
  at: number,
  state: EnteredState | undefined,
  attempts: Map<number, number>,
  caught: boolean,
): string | undefined {
  const took = state ? duration(at - state.at).padStart(8) : "";
  if (event.type.endsWith("StateExited")) {
    const { name, output } = event.stateExitedEventDetails;
    const start = state?.name === name ? took : "";
    if (caught) return `${paint("yellow", "↩")} ${name.padEnd(24)} ${start}  caught`;
    return `${paint("green", "✔")} ${name.padEnd(24)} ${start}  ${paint("dim", shortPayload(output))}`;
  }
  if (/^(Task|LambdaFunction|Activity)(Failed|TimedOut)$/.test(event.type)) {
    const details = event[`${event.type[0].toLowerCase()}${event.type.slice(1)}EventDetails`] ?? {};
    const attempt = state ? (attempts.get(state.id) ?? 0) + 1 : 1;
    if (state) attempts.set(state.id, attempt);
    return `${paint("red", "✖")} ${(state?.name ?? "").padEnd(24)} ${took}  attempt ${attempt}: ${details.error ?? ""} ${paint("dim", shortPayload(details.cause))}`;
  }
  if (/^(Task|LambdaFunction)Scheduled$/.test(event.type) && state && attempts.has(state.id)) {
    return `${paint("yellow", "↻")} ${state.name.padEnd(24)} ${took}  tried again`;
  }
  if (/^(Map|Parallel)StateFailed$/.test(event.type)) return `${paint("red", "✖")} ${state?.name ?? ""}`;
  if (/^(Map|Parallel)StateStarted$/.test(event.type)) {
    const length = event.mapStateStartedEventDetails?.length;
    return `${paint("cyan", "⑂")} ${state?.name ?? ""}${length === undefined ? "" : ` over ${length} items`}`;
  }
  return undefined;
}

/** The last line: how it ended, and what came out or why it failed. */
export function ending(description: Reply): string {
  const took = duration((description.stopDate - description.startDate) * 1_000);
  if (description.status === "SUCCEEDED") {
    return `${paint("green", "✔ SUCCEEDED")} in ${took}  ${paint("dim", shortPayload(description.output))}`;
  }
  const why = [description.error, description.cause].filter(Boolean).join(": ");
  return `${paint("red", `✖ ${description.status}`)} in ${took}  ${why}`;
}
