/**
 * The context object of a state that is tested by itself: as it was given, or as an execution that does not
 * exist would have it. A state of a Map sees its input as the first item.
 */
import type { State } from "../definition.ts";
import { contextObject } from "../evaluate/context.ts";
import {
  isNumber,
  isObject,
  type JsonObject,
  JsonSyntaxError,
  parseJson,
  property,
  type Value,
  withProperty,
} from "../json.ts";
import { loneStateName } from "../parse.ts";
import type { Position } from "../position.ts";
import { readResource } from "../states/resource.ts";
import type { Moment } from "../transition.ts";
import { invalid } from "./refusal.ts";

/** What a context object may hold, and of which type. */
const allowed: Readonly<Record<string, Readonly<Record<string, "string" | "number" | "anything">>>> = {
  Execution: {
    Id: "string",
    Input: "anything",
    Name: "string",
    RoleArn: "string",
    StartTime: "string",
    RedriveCount: "number",
    RedriveTime: "string",
  },
  State: { EnteredTime: "string", Name: "string", RetryCount: "number" },
  StateMachine: { Id: "string", Name: "string" },
  Task: { Token: "string" },
};

export function readContext(text: string, state: State): JsonObject {
  const context = parsed(text);
  for (const [name, value] of Object.entries(context)) {
    if (name === "Map") throw refused("'Map' field is not supported when mocking a Context object");
    const members = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (members === undefined) throw refused(`Field '${name}' is not allowed`);
    if (!isObject(value)) throw refused(`${name} must be an object`);
    checkMembers(name, value, members);
  }
  if (property(context, "Task") !== undefined && !hasToken(state)) {
    throw refused(
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    );
  }
  return context;
}

function parsed(text: string): JsonObject {
  try {
    const context = parseJson(text);
    if (isObject(context)) return context;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  throw refused("it must be a JSON object");
}

function checkMembers(name: string, object: JsonObject, members: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(object)) {
    const wanted = Object.hasOwn(members, key) ? members[key] : undefined;
    if (wanted === undefined) throw refused(`Field '${key}' is not allowed`);
    if (wanted === "string" && typeof value !== "string") throw refused(`${name}.${key} must be a string`);
    if (wanted === "number" && !isNumber(value)) throw refused(`${name}.${key} must be a number`);
  }
}

function hasToken(state: State): boolean {
  if (state.type !== "Task") return false;
  const { pattern } = readResource(state.resource);
  return pattern === "sync" || pattern === "token";
}

function refused(why: string): Error {
  return invalid(`Invalid Context object provided: ${why}`);
}

export interface ContextGiven {
  readonly context?: JsonObject;
  readonly roleArn?: string;
}

export function contextSeen(
  { context, roleArn }: ContextGiven,
  state: State,
  position: Position,
  moment: Moment,
  claiming: boolean,
): Value {
  const own = contextObject(position, moment, { taskToken: claiming, stateType: state.type });
  if (!isObject(own)) return own;
  if (context !== undefined) return withItem(context, own);
  // As recorded on AWS: no redrives, no role unless one was given, and the state has the name that lone states have.
  const { RedriveCount: _, ...execution } = asObject(property(own, "Execution"));
  const named = withProperty(asObject(property(own, "State")), "Name", loneStateName);
  const there = withProperty(own, "Execution", { ...execution, RoleArn: roleArn ?? null });
  return withProperty(there, "State", named);
}

/** An ItemSelector needs the item that no given context may bring along. */
function withItem(given: JsonObject, own: JsonObject): Value {
  const item = property(own, "Map");
  return item === undefined ? given : withProperty(given, "Map", item);
}

function asObject(value: Value | undefined): JsonObject {
  return value !== undefined && isObject(value) ? value : {};
}
