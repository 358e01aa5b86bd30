/**
 * Tasks that call Step Functions itself, `arn:aws:states:::aws-sdk:sfn:<operation>`: they are calls of this
 * very API, made without a connection. Parameters and results are in PascalCase there, as for every service.
 */
import { isObject, parseJson, property, type Value, writeJson } from "../asl/json.ts";
import type { Engine } from "../engine/engine.ts";
import type { Call, CallResult, Tasks } from "../engine/ports.ts";
import type { Answer } from "./operation.ts";
import { findOperation } from "./operations.ts";
import { Refusal } from "./refusal.ts";

const resource = /^arn:[\w-]+:states:[\w-]*:\d*:aws-sdk:sfn:([a-zA-Z]+?)(\.waitForTaskToken)?$/;

/** `tasks`, with the calls of Step Functions answered by the engine's own API. */
export function withOwnService(tasks: Tasks, engine: () => Engine): Tasks {
  return {
    call: (call) => {
      const [, action, token] = resource.exec(call.resource) ?? [];
      if (action === undefined) return tasks.call(call);
      return callOperation(engine(), call, action, token === undefined ? "succeeded" : "submitted");
    },
  };
}

async function callOperation(
  engine: Engine,
  call: Call,
  action: string,
  kind: "succeeded" | "submitted",
): Promise<CallResult> {
  const operation = findOperation(action.charAt(0).toUpperCase() + action.slice(1));
  if (!operation) {
    return failed("States.Runtime", `The resource provided ${call.resource} is not recognized.`);
  }
  const { account, region, signal } = call;
  try {
    const answer = await operation.answer({ engine, tenant: { account, region }, signal }, inputOf(call.arguments));
    return { kind, output: JSON.stringify(pascal(answer)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const name = error.name.endsWith("Exception") ? error.name : `${error.name}Exception`;
    return failed(`Sfn.${name}`, `${error.message} (Service: Sfn, Status Code: ${error.status}, Request ID: )`);
  }
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

function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value as Answer).map(([name, member]) => [
    name.charAt(0).toUpperCase() + name.slice(1),
    pascal(member),
  ]);
  return Object.fromEntries(members);
}
