/** Watching an execution: its states as they pass, with times, retries and catches, until it ends. */
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Reply } from "./client.ts";
import { duration, paint, shortPayload } from "./paint.ts";

const firstPause = 20;
const longestPause = 500;

/** Prints each event as it comes; answers the description of the ended execution. */
export async function follow(client: Client, executionArn: string, print: (line: string) => void): Promise<Reply> {
  const teller = storyteller(print);
  let seen = 0;
  let wait = firstPause;
  for (;;) {
    const description = await client.call("DescribeExecution", { executionArn });
    const events = await eventsAfter(client, executionArn, seen);
    for (const event of events) teller(event);
    seen = events.at(-1)?.id ?? seen;
    if (description.status !== "RUNNING") return description;
    wait = events.length > 0 ? firstPause : Math.min(longestPause, wait * 1.5);
    await pause(wait);
  }
}

/** Newest first until known ones come, so that a long history is not read again and again. */
async function eventsAfter(client: Client, executionArn: string, seen: number): Promise<Reply[]> {
  const fresh: Reply[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await client.call("GetExecutionHistory", {
      executionArn,
      reverseOrder: true,
      maxResults: 100,
      ...(nextToken ? { nextToken } : {}),
    });
    const news = page.events.filter((event: Reply) => event.id > seen);
    fresh.push(...news);
    nextToken = page.nextToken;
    if (!nextToken || news.length < page.events.length) return fresh.reverse();
  }
}

/** One line for each thing worth telling; what is between (scheduled, started) only sets the times. */
export function storyteller(print: (line: string) => void): (event: Reply) => void {
  const entered = new Map<number, { name: string; at: number }>();
  const cameFrom = new Map<number, number>();
  const attempts = new Map<number, number>();
  const enteredBy = (event: Reply): { id: number; name: string; at: number } | undefined => {
    for (let id: number | undefined = event.previousEventId; id; id = cameFrom.get(id)) {
      const state = entered.get(id);
      if (state) return { id, ...state };
    }
    return undefined;
  };
  return (event) => {
    const at = event.timestamp * 1_000;
    cameFrom.set(event.id, event.previousEventId);
    const name = event.stateEnteredEventDetails?.name;
    if (name !== undefined) entered.set(event.id, { name, at });
    const line = tell(event, at, enteredBy(event), attempts);
    if (line !== undefined) print(`  ${line}`);
  };
}

function tell(
  event: Reply,
  at: number,
  state: { id: number; name: string; at: number } | undefined,
  attempts: Map<number, number>,
): string | undefined {
  const took = state ? duration(at - state.at).padStart(8) : "";
  if (event.type.endsWith("StateExited")) {
    const { name, output } = event.stateExitedEventDetails;
    const start = state?.name === name ? took : "";
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
