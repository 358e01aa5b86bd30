/** An execution that has been, with all that is needed to run it again without calling anything. */
import type { Definition } from "../../asl/definition.ts";
import { detailsOf } from "../../asl/history/visits.ts";
import type { AwsHistoryEvent } from "../../asl/history.ts";
import type { JsonText } from "../../asl/json.ts";
import { parseDefinitionText } from "../../asl/parse.ts";
import type { Instant } from "../../asl/position.ts";
import { callsIn, type RecordedCall } from "../../asl/simulate/recorded.ts";
import type { SimulateOptions } from "../../asl/simulate.ts";
import type { Client, Reply } from "../client.ts";
import { hasMapRuns } from "../cost/children.ts";
import { several } from "../explain/words.ts";
import { Failure } from "../failure.ts";
import { listAll } from "../list-all.ts";
import { namesIn } from "../names.ts";
import { readText } from "../options.ts";

export interface RecordedRun {
  /** What a person calls it: `machine/name`, or the file that has its history. */
  readonly name: string;
  readonly executionArn?: string;
  readonly startedAt: Instant;
  readonly input: JsonText;
  readonly end: End;
  /** The definition that it ran; a history by itself does not tell. */
  readonly definition?: Definition;
  readonly execution: NonNullable<SimulateOptions["execution"]>;
  readonly history: readonly AwsHistoryEvent[];
  /** Its own and those of its Map Runs' children. */
  readonly calls: readonly RecordedCall[];
  /** Why nobody can run it again as it was. */
  readonly unrepeatable?: string;
}

export interface End {
  readonly status: string;
  readonly output?: JsonText;
  readonly error?: string;
  readonly cause?: string;
  readonly at: Instant;
}

/** As much as an installation takes by default: whether it had strict quotas, no history tells. */
const payloadLimitBytes = 16 * 1024 * 1024;

const redriven = "it was redriven, and a redrive is not run again";

/** `tell`: how far the reading has come. */
export async function runOnServer(
  client: Client,
  executionArn: string,
  tell: (text: string) => void,
): Promise<RecordedRun> {
  const described = await client.call("DescribeExecution", { executionArn });
  const { machine, name } = namesIn(executionArn);
  const told = `${machine}/${name}`;
  if (described.status === "RUNNING") throw new Failure(`${told} still runs: what it will do, nobody knows yet`);
  tell(`reading ${told}`);
  const of = await client.call("DescribeStateMachineForExecution", { executionArn });
  const history = await historyOf(client, executionArn);
  const ofChildren = await callsOfChildren(client, executionArn, history, (read) =>
    tell(`reading ${told}: ${several(read, "child", "children")} of its Map Runs`),
  );
  const parsed = parseDefinitionText(of.definition);
  return {
    name: told,
    executionArn,
    startedAt: Math.round(described.startDate * 1_000),
    input: described.input,
    end: endOf(described),
    ...(parsed.kind === "definition" && { definition: parsed.definition }),
    execution: {
      ...placeOf(executionArn),
      name,
      id: executionArn,
      roleArn: of.roleArn,
      stateMachine: { id: described.stateMachineArn, name: of.name },
      payloadLimitBytes,
    },
    history,
    calls: [...callsIn(history), ...ofChildren],
    ...(described.redriveCount > 0 && { unrepeatable: redriven }),
  };
}

function endOf({ status, output, error, cause, stopDate }: Reply): End {
  return {
    status,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    at: Math.round(stopDate * 1_000),
  };
}

function placeOf(executionArn: string): { readonly region: string; readonly account: string } {
  const [, , , region = "", account = ""] = executionArn.split(":");
  return { region, account };
}

async function historyOf(client: Client, executionArn: string): Promise<readonly AwsHistoryEvent[]> {
  const events = await listAll(client, "GetExecutionHistory", { executionArn }, "events");
  return events.map((event) => ({ ...event, timestamp: event.timestamp * 1_000 }) as AwsHistoryEvent); // the wire has seconds
}

/** What children asked is theirs to tell: those of EXPRESS ones, nobody can. */
async function callsOfChildren(
  client: Client,
  executionArn: string,
  history: readonly AwsHistoryEvent[],
  tell: (read: number) => void,
): Promise<readonly RecordedCall[]> {
  if (!hasMapRuns(history)) return [];
  const calls: RecordedCall[] = [];
  let read = 0;
  for (const { mapRunArn } of await listAll(client, "ListMapRuns", { executionArn }, "mapRuns")) {
    for (const child of await listAll(client, "ListExecutions", { mapRunArn }, "executions")) {
      calls.push(...callsIn(await historyOf(client, child.executionArn)));
      tell(++read);
    }
  }
  return calls;
}

const ends: Readonly<Record<string, string>> = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionTimedOut: "TIMED_OUT",
  ExecutionAborted: "ABORTED",
};

/**
 * What `get-execution-history` prints: an object with `events`, or the list itself. Members of `describe-execution` beside
 * them tell what the execution and its machine are called, for definitions that ask for it.
 */
export function runInFile(file: string): RecordedRun {
  const { events, ...described } = readHistory(file);
  const { executionArn, stateMachineArn } = described;
  const run = runOfHistory(file, events);
  if (typeof executionArn !== "string" || typeof stateMachineArn !== "string") return run;
  const machine = { id: stateMachineArn, name: stateMachineArn.split(":")[6] ?? "" };
  const names = { ...placeOf(executionArn), id: executionArn, name: namesIn(executionArn).name, stateMachine: machine };
  return { ...run, execution: { ...run.execution, ...names } };
}

export function runOfHistory(name: string, history: readonly AwsHistoryEvent[]): RecordedRun {
  const events = history.toSorted((a, b) => a.id - b.id);
  const [first, last] = [events[0], events.at(-1)];
  const begun = first?.executionStartedEventDetails;
  const status = ends[last?.type ?? ""];
  if (first === undefined || last === undefined || begun === undefined || status === undefined) {
    throw new Failure(
      `${name} has no whole history: the first event is an ExecutionStarted, the last one says how the execution ended`,
    );
  }
  const { roleArn } = begun;
  return {
    name,
    startedAt: first.timestamp,
    input: String(begun["input"] ?? "{}"),
    end: endOf({ ...detailsOf(last), status, stopDate: last.timestamp / 1_000 }),
    execution: { payloadLimitBytes, ...(typeof roleArn === "string" && { roleArn }) },
    history: events,
    calls: callsIn(events),
    ...(events.some(({ type }) => type === "MapRunStarted") && {
      unrepeatable: "its Map Run has children, whose histories are not in the file",
    }),
    ...(events.some(({ type }) => type === "ExecutionRedriven") && {
      unrepeatable: redriven,
    }),
  };
}

function readHistory(file: string): {
  readonly events: readonly AwsHistoryEvent[];
  readonly [member: string]: unknown;
} {
  const read = parsed(file);
  const { events, ...beside } = Array.isArray(read) ? { events: read } : (read ?? {});
  if (!Array.isArray(events) || !events.every(isEvent)) {
    throw new Failure(
      `${file} holds no events; give what \`aws stepfunctions get-execution-history\` prints, all of it`,
    );
  }
  return { ...beside, events: events.map((event) => ({ ...event, timestamp: instantOf(event.timestamp) })) };
}

function parsed(file: string): Reply {
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure(`${file} is not JSON: ${error.message}`);
  }
}

function isEvent(value: unknown): value is AwsHistoryEvent {
  const { id, type } = { ...(value as Partial<AwsHistoryEvent> | null) }; // whatever it is
  return Number.isInteger(id) && typeof type === "string";
}

/** Seconds as on the wire, or the text that the AWS CLI makes of them. */
function instantOf(timestamp: unknown): Instant {
  return typeof timestamp === "number" ? timestamp * 1_000 : Date.parse(String(timestamp));
}
