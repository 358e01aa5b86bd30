/** An operation's input, read from a REST request as its route says; what the texts mean is the shape's to say. */
import { type JsonObject, type Value, writeJson } from "../asl/json.ts";
import { executionArn, executionId, machineArn, mapRunArn, mapRunId } from "../engine/identity.ts";
import { checkName } from "./name.ts";
import type { Call } from "./operation.ts";
import { validationFailed } from "./refusal.ts";
import { restOperations } from "./rest-operations.ts";
import type { Asked, BodyMember, Route } from "./routes.ts";
import type { Shape } from "./shape.ts";

/** Unchecked, as the operation expects it. */
export function inputOf(route: Route, asked: Asked): object {
  if (route.waits) waitSeconds(asked.query); // refused before anything is started
  return {
    ...route.defaults?.(asked.call),
    ...bodyMembers(route.body ?? {}, asked.body),
    ...queryMembers(route, asked.query),
    ...pathMembers(asked.call, asked.names),
  };
}

function pathMembers(call: Call, { name, execution, token, label, run }: Asked["names"]): object {
  if (token !== undefined) return { taskToken: token };
  if (name === undefined) return {};
  checkName(name);
  if (label !== undefined && run !== undefined) {
    for (const part of [label, run]) checkName(part);
    return { mapRunArn: mapRunArn(mapRunId(call.tenant, name, label, run)) };
  }
  if (execution === undefined) return { stateMachineArn: machineArn(call.tenant, name) };
  // A child of a Map Run is `label:name`.
  for (const part of execution.split(":", 2)) checkName(part);
  return { executionArn: executionArn(executionId(call.tenant, name, execution)) };
}

function bodyMembers(wanted: Readonly<Record<string, BodyMember>>, body: JsonObject): object {
  const given = Object.entries(wanted).filter(([name]) => Object.hasOwn(body, name));
  return Object.fromEntries(given.map(([name, as]) => [name, bodyMember(as, body[name] ?? null)]));
}

function bodyMember(as: BodyMember, value: Value): Value {
  if (as === "value" || (as === "json or its text" && (typeof value === "string" || value === null))) return value;
  return writeJson(value);
}

function queryMembers({ operation, query = {} }: Route, given: URLSearchParams): object {
  return Object.fromEntries(
    Object.entries(query).map(([name, member]) => [member, queryValue(memberShape(operation, member), given, name)]),
  );
}

export function memberShape(operation: Route["operation"], member: string): Shape {
  const { required, optional } = restOperations[operation].input;
  const shape = required[member] ?? optional[member];
  if (!shape) throw new Error(`${operation} has no member ${member}`);
  return shape;
}

function queryValue(shape: Shape, query: URLSearchParams, name: string): string | number | boolean | undefined {
  if (shape.kind === "integer") return integerOf(query, name);
  if (shape.kind === "flag") return flagOf(query, name);
  return textOf(query, name);
}

/** Longer texts belong in bodies: whatever stands between may cut a URL short. */
export const longestUrlText = 4096;

function textOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? undefined;
  if (text === undefined || text.length <= longestUrlText) return text;
  throw validationFailed([
    `Value at '${name}' failed to satisfy constraint: Member must have length less than or equal to ${longestUrlText} in a URL`,
  ]);
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

/** API Gateway ends a request after 29 seconds. */
export const longestWaitSeconds = 29;

export function waitSeconds(query: URLSearchParams): number {
  const seconds = integerOf(query, "wait") ?? 0;
  if (seconds >= 0 && seconds <= longestWaitSeconds) return seconds;
  throw validationFailed([
    `Value '${seconds}' at 'wait' failed to satisfy constraint: Member must be between 0 and ${longestWaitSeconds}`,
  ]);
}
