/** Definitions and their problems in a line each, for the tables of the parser's tests. */
import { type Parsed, parseDefinition } from "../../lib/asl/parse.ts";
import type { Problem } from "../../lib/asl/problem.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const lambda = "arn:aws:lambda:us-east-1:111111111111:function:pack";

export const end = { End: true } as const;
export const pass = { Type: "Pass", ...end } as const;
export const task = { Type: "Task", Resource: lambda, ...end } as const;
export const inner = { StartAt: "Inner", States: { Inner: pass } } as const;

/** A machine of one state, S. */
export function machineOf(state: Json, more: JsonObject = {}): JsonObject {
  return { StartAt: "S", States: { S: state }, ...more };
}

/** S with a target T beside it, for states that go on. */
export function withTarget(state: JsonObject, more: JsonObject = {}): JsonObject {
  return { StartAt: "S", States: { S: state, T: { Type: "Succeed" } }, ...more };
}

export function problemsIn(found: Parsed): readonly Problem[] {
  return found.kind === "problems" ? found.problems : [];
}

/** `CODE: message at /place`; the usual code is left out. */
export function told(definition: unknown, type: "STANDARD" | "EXPRESS" = "STANDARD"): readonly string[] {
  return problemsIn(parseDefinition(definition, { type })).map(({ code, message, path }) => {
    const sentence = `${message} at ${path}`;
    return code === "SCHEMA_VALIDATION_FAILED" ? sentence : `${code}: ${sentence}`;
  });
}
