/**
 * Tasks that call Step Functions itself: `arn:aws:states:::aws-sdk:sfn:<operation>` and
 * `arn:aws:states:::states:startExecution`. They are calls of this very API, made without a connection.
 * Parameters and results are in PascalCase there, as for every service.
 */
import { isObject, parseJson, property, type Value, writeJson } from "../asl/json.ts";
import { startedOutput } from "../engine/child.ts";
import { redriveChild } from "../engine/child-redrive.ts";
import type { Engine } from "../engine/engine.ts";
import { executionArn, hashOf } from "../engine/identity.ts";
import type { Call, CallResult, ExecutionId, Tasks } from "../engine/ports.ts";
import type { Answer, Call as Asking } from "./operation.ts";
import { startExecution } from "./operations/start-execution.ts";
import { findOperation } from "./operations.ts";
import { Refusal } from "./refusal.ts";

const resource = /^arn:[\w-]+:states:[\w-]*:\d*:(aws-sdk:sfn:([a-zA-Z]+)|states:startExecution)(\.\S+)?$/;

/** `tasks`, with the calls of Step Functions answered by the engine's own API. */
export function withOwnService(tasks: Tasks, engine: () => Engine): Tasks {
  return {
    ...tasks,
    call: (call) => {
      const [, service, action, pattern] = resource.exec(call.resource) ?? [];
      if (service === undefined) return tasks.call(call);
      return action === undefined
        ? startChild(engine(), call, pattern)
        : callOperation(engine(), call, action, pattern);
    },
  };
}

/** The name follows from the claim and the claim from the log, so it may be started again and again. */
async function startChild(engine: Engine, call: Call, pattern: string | undefined): Promise<CallResult> {
  const { account, region, signal, idempotencyKey, claim, resumes } = call;
  if (resumes && claim) {
    const redriven = await redriveChild(engine, resumes.id, claim, hashOf(idempotencyKey));
    if (redriven.kind === "awaited") return await resumed(engine, resumes.id);
    if (redriven.kind === "refused") {
      return failed("StepFunctions.ExecutionNotRedrivableException", notRedriven(resumes.id, redriven.reason));
    }
  }
  const invocationId = resumes?.key ?? idempotencyKey;
  const waits = pattern?.startsWith(".sync") && claim ? { parent: claim } : {};
  const tenant = { account, region };
  try {
    const asked = inputOf(call.arguments);
    const made = { engine, tenant, signal, invocationId, ...waits, ...traceOf(call) };
    const answer = await startExecution.answer(made, asked);
    const { startDate } = answer;
    if (!(startDate instanceof Date)) throw new Error(`StartExecution answered ${JSON.stringify(answer)}`);
    const output = startedOutput(String(answer["executionArn"]), startDate.getTime());
    return { kind: pattern === undefined ? "succeeded" : "submitted", output };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const details = `Service: AWSStepFunctions; Status Code: ${error.status}; Error Code: ${error.name}; Request ID: ; Proxy: null`;
    return failed(`StepFunctions.${exceptionName(error)}`, `${error.message} (${details})`);
  }
}

/** As if it had been started now. */
async function resumed(engine: Engine, id: ExecutionId): Promise<CallResult> {
  const { startedAt } = await engine.header(id);
  return { kind: "submitted", output: startedOutput(executionArn(id), startedAt) };
}

function notRedriven(id: ExecutionId, reason: string): string {
  return `The execution '${executionArn(id)}' that this state had started cannot be redriven with it: ${reason}`;
}

async function callOperation(
  engine: Engine,
  call: Call,
  action: string,
  pattern: string | undefined,
): Promise<CallResult> {
  const operation = findOperation(action.charAt(0).toUpperCase() + action.slice(1));
  if (!operation || (pattern !== undefined && pattern !== ".waitForTaskToken")) {
    return failed("States.Runtime", `The resource provided ${call.resource} is not recognized.`);
  }
  const { account, region, signal } = call;
  try {
    const made = { engine, tenant: { account, region }, signal, ...traceOf(call) };
    const answer = await operation.answer(made, inputOf(call.arguments));
    return { kind: pattern === undefined ? "succeeded" : "submitted", output: JSON.stringify(pascal(answer)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const details = `Service: Sfn, Status Code: ${error.status}, Request ID: `;
    return failed(`Sfn.${exceptionName(error)}`, `${error.message} (${details})`);
  }
}

function traceOf({ traceHeader }: Call): Pick<Asking, "traceHeader"> {
  return traceHeader === undefined ? {} : { traceHeader };
}

function exceptionName({ name }: Refusal): string {
  return name.endsWith("Exception") ? name : `${name}Exception`;
}

function failed(error: string, cause: string): CallResult {
  return { kind: "failed", error, cause };
}

/** Members that the API takes as JSON text may be given as JSON. */
const texts: ReadonlySet<string> = new Set(["definition", "input", "output", "context", "variables"]);

function inputOf(parameters: string): unknown {
  const value = parseJson(parameters);
  return isObject(value) ? camel(value) : JSON.parse(parameters);
}

function camel(value: Value): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (!isObject(value)) return JSON.parse(writeJson(value));
  const members = Object.keys(value).flatMap((name): [string, unknown][] => {
    const member = property(value, name) ?? null;
    if (member === null) return [];
    const own = name.charAt(0).toLowerCase() + name.slice(1);
    return [[own, texts.has(own) && typeof member !== "string" ? writeJson(member) : camel(member)]];
  });
  return Object.fromEntries(members);
}

/** Members that are maps: their keys are names of a definition's states, not the API's. */
const maps: ReadonlySet<string> = new Set(["variableReferences"]);

function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value as Answer).map(([name, member]) => [
    name.charAt(0).toUpperCase() + name.slice(1),
    maps.has(name) ? member : pascal(member),
  ]);
  return Object.fromEntries(members);
}
