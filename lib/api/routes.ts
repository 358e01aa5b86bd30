/**
 * The routes of the REST face as data: where each operation is found and which parts of a request are
 * members of its input. `rest-input.ts` reads requests by this table, `openapi.ts` describes it.
 */

import type { JsonObject } from "../asl/json.ts";
import { executionId, parseExecutionArn } from "../engine/identity.ts";
import { waitingBranches } from "../engine/waiting.ts";
import type { AnswerName } from "./answers.ts";
import { findExecutionId } from "./arn.ts";
import type { Answer, Call } from "./operation.ts";
import { describeExecution } from "./operations/describe-execution.ts";
import { waitSeconds } from "./rest-input.ts";
import type { RestOperationName } from "./rest-operations.ts";

export interface Asked {
  readonly call: Call;
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
}

export interface Reply {
  readonly status: number;
  readonly answer: Answer;
  readonly location?: string;
}

/** A member that is a JSON text on the wire stands in a REST body as the JSON it is. */
export type BodyMember = "value" | "json" | "json or its text";

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** `{name}` and `{execution}` together make an ARN, as do `{name}`, `{label}` and `{run}`; `{token}` is the task token. */
  readonly path: string;
  readonly operation: RestOperationName;
  readonly summary: string;
  readonly status: 200 | 201 | 204;
  /** Names in the query, and the member of the operation's input that each is. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, BodyMember>>;
  /** Members of the input that the request need not say. */
  readonly defaults?: (call: Call) => object;
  /** What is answered; absent: nothing. */
  readonly answer?: AnswerName;
  /** Members of the answer that are JSON texts. */
  readonly embedded?: readonly string[];
  /** May wait for the execution's end: `?wait=` seconds. */
  readonly waits?: true;
  readonly finish?: (asked: Asked, answer: Answer) => Promise<Reply>;
}

const machine = "/state-machines/{name}";
const execution = `${machine}/executions/{execution}`;
const mapRun = `${machine}/map-runs/{label}/{run}`;
const page = { maxResults: "maxResults", nextToken: "nextToken" };
/** What a machine is made with, and can be given otherwise later. */
const settings = {
  loggingConfiguration: "value",
  tracingConfiguration: "value",
  encryptionConfiguration: "value",
  publish: "value",
  versionDescription: "value",
} as const;

export const routes: readonly Route[] = [
  {
    method: "GET",
    path: "/state-machines",
    operation: "ListStateMachinesWithTags",
    summary: "The state machines with their tags, by name",
    query: page,
    status: 200,
    answer: "StateMachines",
  },
  {
    method: "POST",
    path: "/state-machines",
    operation: "CreateStateMachine",
    summary: "Create a state machine",
    body: {
      name: "value",
      definition: "json or its text",
      roleArn: "value",
      type: "value",
      tags: "value",
      ...settings,
    },
    defaults: ({ tenant }) => ({ roleArn: `arn:aws:iam::${tenant.account}:role/baton` }),
    status: 201,
    answer: "CreatedStateMachine",
  },
  {
    method: "GET",
    path: machine,
    operation: "DescribeStateMachine",
    summary: "A state machine with its definition",
    status: 200,
    answer: "StateMachine",
    embedded: ["definition"],
  },
  {
    method: "DELETE",
    path: machine,
    operation: "DeleteStateMachine",
    summary: "Delete a state machine and stop its executions",
    status: 204,
  },
  {
    method: "POST",
    path: machine,
    operation: "UpdateStateMachine",
    summary: "Give a state machine another definition, role or configuration, for executions that start from now on",
    body: {
      definition: "json or its text",
      roleArn: "value",
      ...settings,
    },
    status: 200,
    answer: "UpdatedStateMachine",
  },
  {
    method: "GET",
    path: `${machine}/versions`,
    operation: "ListStateMachineVersions",
    summary: "A state machine's published versions, newest first",
    query: page,
    status: 200,
    answer: "Versions",
  },
  {
    method: "POST",
    path: `${machine}/versions`,
    operation: "PublishStateMachineVersion",
    summary: "Publish what a state machine is now as a version",
    body: { revisionId: "value", description: "value" },
    status: 201,
    answer: "PublishedVersion",
  },
  {
    method: "GET",
    path: `${machine}/aliases`,
    operation: "ListStateMachineAliases",
    summary: "A state machine's aliases, by name",
    query: page,
    status: 200,
    answer: "Aliases",
  },
  {
    method: "GET",
    path: `${machine}/executions`,
    operation: "ListExecutions",
    summary: "A state machine's executions, newest first",
    query: { status: "statusFilter", ...page },
    status: 200,
    answer: "Executions",
  },
  {
    method: "POST",
    path: `${machine}/executions`,
    operation: "StartExecution",
    summary: "Start an execution, and wait for its end if asked to",
    body: { name: "value", input: "json" },
    status: 201,
    answer: "StartedExecution",
    embedded: ["input", "output"],
    waits: true,
    finish: started,
  },
  {
    method: "POST",
    path: `${machine}/sync-executions`,
    operation: "StartSyncExecution",
    summary: "Run an execution of an Express state machine and answer its end, whatever it is",
    body: { name: "value", input: "json", traceHeader: "value" },
    status: 200,
    answer: "SyncExecution",
    embedded: ["input", "output"],
  },
  {
    method: "GET",
    path: execution,
    operation: "DescribeExecution",
    summary: "An execution with its input and output, and what it waits for while it runs",
    status: 200,
    answer: "Execution",
    embedded: ["input", "output"],
    finish: withWaiting,
  },
  {
    method: "GET",
    path: `${execution}/history`,
    operation: "GetExecutionHistory",
    summary: "The events of an execution",
    query: { reverseOrder: "reverseOrder", includeExecutionData: "includeExecutionData", ...page },
    status: 200,
    answer: "History",
  },
  {
    method: "GET",
    path: `${execution}/origin`,
    operation: "DescribeExecutionOrigin",
    summary: "The execution and state that started this one and wait for it; empty if somebody else did",
    status: 200,
    answer: "Origin",
  },
  {
    method: "GET",
    path: `${execution}/function-lines`,
    operation: "ListFunctionLines",
    summary: "What the function printed in the attempt that began with an event; where Baton runs it itself",
    query: { event: "event" },
    status: 200,
    answer: "FunctionLines",
  },
  {
    method: "DELETE",
    path: execution,
    operation: "StopExecution",
    summary: "Stop an execution",
    query: { error: "error", cause: "cause" },
    status: 200,
    answer: "StoppedExecution",
  },
  {
    method: "GET",
    path: "/executions",
    operation: "SearchExecutions",
    summary: "The newest executions of all machines or of one; found by name, error, or what went in and came out",
    query: { machine: "machine", status: "status", search: "search", from: "from", until: "until", ...page },
    status: 200,
    answer: "FoundExecutions",
  },
  {
    method: "GET",
    path: `${machine}/summary`,
    operation: "SummarizeExecutions",
    summary: "A machine's latest runs, and what came of each state in them",
    query: { maxResults: "maxResults" },
    status: 200,
    answer: "Runs",
  },
  {
    method: "GET",
    path: `${machine}/counts`,
    operation: "CountExecutions",
    summary: "How many executions of a machine started in each part of a stretch of time, and what came of them",
    query: { from: "from", until: "until", parts: "parts" },
    status: 200,
    answer: "Counts",
  },
  {
    method: "GET",
    path: "/inbox",
    operation: "ListOpenTasks",
    summary:
      "Tasks that wait for their token, each with its question and the token; of all machines, one, or one execution",
    query: { machine: "machine", execution: "execution", ...page },
    status: 200,
    answer: "OpenTasks",
  },
  {
    method: "POST",
    path: `${execution}/redrive`,
    operation: "RedriveExecution",
    summary: "Let an execution that did not succeed go on from where it ended",
    body: { clientToken: "value" },
    status: 200,
    answer: "RedrivenExecution",
  },
  {
    method: "GET",
    path: `${execution}/map-runs`,
    operation: "ListMapRuns",
    summary: "The Map Runs that an execution has started, newest first",
    query: page,
    status: 200,
    answer: "MapRuns",
  },
  {
    method: "GET",
    path: mapRun,
    operation: "DescribeMapRun",
    summary: "A Map Run with its limits, and what its children and their items have come to",
    status: 200,
    answer: "MapRun",
  },
  {
    method: "POST",
    path: mapRun,
    operation: "UpdateMapRun",
    summary: "Other limits for a Map Run while it is at work",
    body: { maxConcurrency: "value", toleratedFailurePercentage: "value", toleratedFailureCount: "value" },
    status: 204,
  },
  {
    method: "POST",
    path: "/tasks/{token}/success",
    operation: "SendTaskSuccess",
    summary: "The result of a task that waits for it",
    body: { output: "json" },
    status: 204,
  },
  {
    method: "POST",
    path: "/tasks/{token}/failure",
    operation: "SendTaskFailure",
    summary: "The failure of a task that waits for its result",
    body: { error: "value", cause: "value" },
    status: 204,
  },
  {
    method: "POST",
    path: "/tasks/{token}/heartbeat",
    operation: "SendTaskHeartbeat",
    summary: "A sign of life for a task that waits for its result",
    status: 204,
  },
];

/** The service has no member for it, so only this face tells why an execution does not move. */
async function withWaiting({ call }: Asked, answer: Answer): Promise<Reply> {
  if (answer["status"] !== "RUNNING") return { status: 200, answer };
  const waiting = await waitingBranches(call.engine, findExecutionId(call, String(answer["executionArn"])));
  const waitingFor = waiting.map(({ since, until, ...rest }) => ({
    ...rest,
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
  }));
  return { status: 200, answer: { ...answer, waitingFor } };
}

/**
 * Without a wait the start's own answer; with one the execution as it stands then: 200 if it ended, else 202.
 * What becomes of an Express execution started in this way is nowhere to be read.
 */
async function started({ call, query }: Asked, answer: Answer): Promise<Reply> {
  const arn = String(answer["executionArn"]);
  if (!parseExecutionArn(arn)) return { status: waitSeconds(query) === 0 ? 201 : 202, answer };
  const [machine = "", name = ""] = arn.split(":").slice(-2);
  const location = `/state-machines/${encodeURIComponent(machine)}/executions/${encodeURIComponent(name)}`;
  const seconds = waitSeconds(query);
  if (seconds === 0) return { status: 201, answer, location };
  await ended(call, machine, name, seconds);
  const described = await describeExecution.answer(call, { executionArn: arn });
  return { status: described["status"] === "RUNNING" ? 202 : 200, answer: described, location };
}

const firstPauseMilliseconds = 20;
const longestPauseMilliseconds = 500;

/** Looks again and again, ever more seldom: a port that tells of ends would be one more thing to keep for each store. */
async function ended({ engine, tenant }: Call, machine: string, name: string, seconds: number): Promise<void> {
  const { clock, executions } = engine.world;
  const id = executionId(tenant, machine, name);
  const until = clock.now() + seconds * 1000;
  for (
    let pause = firstPauseMilliseconds;
    clock.now() < until;
    pause = Math.min(pause * 1.5, longestPauseMilliseconds)
  ) {
    if ((await executions.find(id))?.status !== "RUNNING") return;
    await new Promise<void>((resolve) => {
      clock.at(Math.min(clock.now() + pause, until), resolve);
    });
  }
}
