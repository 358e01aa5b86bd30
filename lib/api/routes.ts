/** The routes of the REST face: where each operation is found, and how its input reads from a request. */
import { type JsonObject, type Value, writeJson } from "../asl/json.ts";
import { executionArn, executionId, machineArn } from "../engine/identity.ts";
import { checkName } from "./name.ts";
import type { Answer, Call } from "./operation.ts";
import { describeExecution } from "./operations/describe-execution.ts";
import type { OperationName } from "./operations.ts";
import { validationFailed } from "./refusal.ts";

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

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly operation: OperationName;
  /** The operation's input, unchecked. */
  readonly input: (asked: Asked) => object;
  readonly status: 200 | 201 | 204;
  /** Members of the answer that are JSON texts. */
  readonly embedded?: readonly string[];
  readonly finish?: (asked: Asked, answer: Answer) => Promise<Reply>;
}

const machine = "/state-machines/{name}";
const execution = `${machine}/executions/{execution}`;

export const routes: readonly Route[] = [
  {
    method: "GET",
    path: "/state-machines",
    operation: "ListStateMachines",
    input: ({ query }) => page(query),
    status: 200,
  },
  {
    method: "POST",
    path: "/state-machines",
    operation: "CreateStateMachine",
    input: ({ call, body }) => ({
      roleArn: `arn:aws:iam::${call.tenant.account}:role/baton`,
      ...body,
      ...("definition" in body && { definition: asText(body["definition"]) }),
    }),
    status: 201,
  },
  {
    method: "GET",
    path: machine,
    operation: "DescribeStateMachine",
    input: ({ call, names }) => ({ stateMachineArn: machineOf(call, names) }),
    status: 200,
    embedded: ["definition"],
  },
  {
    method: "DELETE",
    path: machine,
    operation: "DeleteStateMachine",
    input: ({ call, names }) => ({ stateMachineArn: machineOf(call, names) }),
    status: 204,
  },
  {
    method: "GET",
    path: `${machine}/executions`,
    operation: "ListExecutions",
    input: ({ call, names, query }) => ({
      stateMachineArn: machineOf(call, names),
      statusFilter: query.get("status"),
      ...page(query),
    }),
    status: 200,
  },
  {
    method: "POST",
    path: `${machine}/executions`,
    operation: "StartExecution",
    input: ({ call, names, query, body }) => ({
      stateMachineArn: machineOf(call, names),
      waitSeconds: waitSeconds(query), // no member of the operation: refused here, before anything is started
      ...("name" in body && { name: body["name"] }),
      ...("input" in body && { input: writeJson(body["input"] ?? null) }),
    }),
    status: 201,
    embedded: ["input", "output"],
    finish: started,
  },
  {
    method: "GET",
    path: execution,
    operation: "DescribeExecution",
    input: ({ call, names }) => ({ executionArn: executionOf(call, names) }),
    status: 200,
    embedded: ["input", "output"],
  },
  {
    method: "GET",
    path: `${execution}/history`,
    operation: "GetExecutionHistory",
    input: ({ call, names, query }) => ({
      executionArn: executionOf(call, names),
      reverseOrder: flagOf(query, "reverseOrder"),
      includeExecutionData: flagOf(query, "includeExecutionData"),
      ...page(query),
    }),
    status: 200,
  },
  {
    method: "DELETE",
    path: execution,
    operation: "StopExecution",
    input: ({ call, names, query }) => ({
      executionArn: executionOf(call, names),
      error: query.get("error"),
      cause: query.get("cause"),
    }),
    status: 200,
  },
  {
    method: "POST",
    path: "/tasks/{token}/success",
    operation: "SendTaskSuccess",
    input: ({ names, body }) => ({
      taskToken: names["token"],
      ...("output" in body && { output: writeJson(body["output"] ?? null) }),
    }),
    status: 204,
  },
  {
    method: "POST",
    path: "/tasks/{token}/failure",
    operation: "SendTaskFailure",
    input: ({ names, body }) => ({ ...body, taskToken: names["token"] }),
    status: 204,
  },
  {
    method: "POST",
    path: "/tasks/{token}/heartbeat",
    operation: "SendTaskHeartbeat",
    input: ({ names }) => ({ taskToken: names["token"] }),
    status: 204,
  },
];

function machineOf(call: Call, { name = "" }: Asked["names"]): string {
  checkName(name);
  return machineArn(call.tenant, name);
}

function executionOf(call: Call, { name = "", execution = "" }: Asked["names"]): string {
  checkName(name);
  checkName(execution);
  return executionArn(executionId(call.tenant, name, execution));
}

function page(query: URLSearchParams): object {
  return { maxResults: integerOf(query, "maxResults"), nextToken: query.get("nextToken") };
}

function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw validationFailed([`Value '${text}' at '${name}' failed to satisfy constraint: Member must be an integer`]);
}

function flagOf(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw validationFailed([`Value '${text}' at '${name}' failed to satisfy constraint: Member must be true or false`]);
}

/** A definition may be given as the object it is, or as its text. */
function asText(definition: Value | undefined): Value {
  return definition === undefined || definition === null || typeof definition === "string"
    ? (definition ?? null)
    : writeJson(definition);
}

/** API Gateway ends a request after 29 seconds. */
const longestWaitSeconds = 29;

function waitSeconds(query: URLSearchParams): number {
  const seconds = integerOf(query, "wait") ?? 0;
  if (seconds >= 0 && seconds <= longestWaitSeconds) return seconds;
  throw validationFailed([
    `Value '${seconds}' at 'wait' failed to satisfy constraint: Member must be between 0 and ${longestWaitSeconds}`,
  ]);
}

/** Without a wait the start's own answer; with one the execution as it stands then: 200 if it ended, else 202. */
async function started({ call, query }: Asked, answer: Answer): Promise<Reply> {
  const arn = String(answer["executionArn"]);
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
