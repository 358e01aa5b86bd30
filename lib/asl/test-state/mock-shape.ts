/**
 * Whether a mocked result could have come from the API behind a Task: STRICT wants the required members,
 * too, PRESENT only looks at those that are there, NONE at nothing. An integration that
 * `response-shapes.ts` does not know is not looked at.
 */
import { isArray, isNumber, isObject, property, toNumber, type Value } from "../json.ts";
import { invalid } from "./refusal.ts";
import { responseShapes } from "./response-shapes.ts";

export type FieldValidationMode = "STRICT" | "PRESENT" | "NONE";

type Shape = string | readonly [Shape] | { readonly [member: string]: Shape };

export function checkMockShape(resource: string, result: Value, mode: FieldValidationMode): void {
  const text = mode === "NONE" ? undefined : shapeTextOf(resource);
  // The table is ours, in the form that its first paragraph describes.
  if (text !== undefined) check(JSON.parse(text) as Shape, result, "", mode === "STRICT");
}

const serviceResource = /^arn:[^:]+:states:[^:]*:[^:]*:(?:aws-sdk:)?([^:]+):([^:.]+)(\.[\w]+)?(?::2)?$/;

/** Names of services in `aws-sdk:` resources that differ from those of the optimized integrations. */
const otherNames: Readonly<Record<string, string>> = { sfn: "states", eventbridge: "events" };

function shapeTextOf(resource: string): string | undefined {
  const [, service = "", action, pattern] = serviceResource.exec(resource) ?? [];
  // The API that is polled answers for `.sync`; a task token may be answered with anything that the API's model allows.
  const key = `${otherNames[service] ?? service}:${action}${pattern === ".sync" ? pattern : ""}`;
  return Object.hasOwn(responseShapes, key) ? responseShapes[key] : undefined;
}

function check(shape: Shape, value: Value, field: string, strict: boolean): void {
  if (typeof shape === "string") checkScalar(shape, value, field);
  else if (isList(shape)) {
    if (!isArray(value)) throw wrong(field, "must be an array");
    for (const one of value) check(shape[0], one, field, strict);
  } else checkMembers(shape, value, field, strict);
}

function isList(shape: readonly [Shape] | { readonly [member: string]: Shape }): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function checkMembers(shape: { readonly [member: string]: Shape }, value: Value, field: string, strict: boolean): void {
  if (!isObject(value))
    throw field === "" ? invalid("Mocked result must be a JSON object.") : wrong(field, "must be an object");
  const members = Object.entries(shape);
  const missing = members.find(([name]) => name.endsWith("!") && property(value, name.slice(0, -1)) === undefined);
  if (strict && missing !== undefined) throw complaint(`Required field '${missing[0].slice(0, -1)}' is missing`);
  const each = shape["*"];
  const known = new Map(members.map(([name, member]) => [name.replace(/!$/, ""), member]));
  for (const [name, one] of Object.entries(value)) {
    // A member that the model does not know may be newer than the model.
    const member = each ?? known.get(name);
    if (member !== undefined) check(member, one, each === undefined ? name : field, strict);
  }
}

function checkScalar(shape: string, value: Value, field: string): void {
  const kind = shape.slice(0, 1);
  if (kind === "*") return;
  if (kind === "b" && typeof value !== "boolean") throw wrong(field, "must be a boolean");
  if (kind === "s") checkText(shape.slice(1), value, field);
  if (kind === "n" || kind === "d") checkNumber(shape.slice(1), value, field);
}

function checkText(rule: string, value: Value, field: string): void {
  if (typeof value !== "string") throw wrong(field, "must be a string");
  if (rule.startsWith("=")) {
    if (!rule.slice(1).split("|").includes(value)) throw wrong(field, "is not an expected value");
    return;
  }
  const { least, most } = bounds(rule);
  if (value.length < least) throw wrong(field, "is smaller than the minimum length");
  if (value.length > most) throw wrong(field, "exceeds the maximum length");
}

function checkNumber(rule: string, value: Value, field: string): void {
  if (!isNumber(value)) throw wrong(field, "must be a number");
  const { least, most } = bounds(rule);
  if (toNumber(value) < least) throw wrong(field, "is less than the minimum value");
  if (toNumber(value) > most) throw wrong(field, "exceeds the maximum value");
}

function bounds(rule: string): { readonly least: number; readonly most: number } {
  const [least = "", most = ""] = rule.split("..");
  return {
    least: least === "" ? Number.NEGATIVE_INFINITY : Number(least),
    most: most === "" ? Number.POSITIVE_INFINITY : Number(most),
  };
}

function wrong(field: string, what: string): Error {
  return complaint(`Field '${field}' ${what}`);
}

function complaint(what: string): Error {
  return invalid(`Mock result schema validation error: ${what}`);
}
