/**
 * A fuzz case: bytes that become a machine and its run, or a text for one of the small languages. It throws
 * if something happens that never may; what it answers is only counted.
 */
import type { ReaderConfig } from "../../lib/asl/definition.ts";
import { readItems } from "../../lib/asl/distributed/items.ts";
import { compileExpression, evaluateExpression } from "../../lib/asl/evaluate/expression.ts";
import { EvaluationFailure } from "../../lib/asl/evaluate/failure.ts";
import {
  compilePath,
  compileReferencePath,
  findPath,
  isProblem,
  place,
  readPath,
} from "../../lib/asl/evaluate/path.ts";
import type { EvaluationScope } from "../../lib/asl/evaluate/scope.ts";
import { compileWildcards } from "../../lib/asl/evaluate/string-matches.ts";
import { compileTemplate, evaluateTemplate } from "../../lib/asl/evaluate/template.ts";
import { parseTimestamp } from "../../lib/asl/evaluate/timestamp.ts";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import { JsonSyntaxError, parseJson, type Value, writeJson } from "../../lib/asl/json.ts";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { type Responder, type Simulated, simulate } from "../../lib/asl/simulate.ts";
import { inspectDefinitionText } from "../../lib/asl/validate/inspect.ts";
import { Draws } from "./draws.ts";
import { Author } from "./machines.ts";
import { literals, tokens } from "./words.ts";

/** `ran`: a machine that passed validation, and how many states it entered. */
export type Came = { readonly kind: "ran"; readonly entered: number } | { readonly kind: "refused" | "read" };

const kinds = {
  machine: { weight: 180, run: machineCase },
  mutated: { weight: 20, run: mutatedCase },
  bytes: { weight: 6, run: bytesCase },
  json: { weight: 10, run: jsonCase },
  path: { weight: 12, run: pathCase },
  intrinsic: { weight: 10, run: intrinsicCase },
  expression: { weight: 10, run: expressionCase },
  small: { weight: 8, run: smallCase },
} satisfies Record<string, { weight: number; run: (draws: Draws) => Came | Promise<Came> }>;

export async function fuzzCase(bytes: Uint8Array): Promise<Came> {
  const draws = new Draws(bytes);
  let left = draws.below(256);
  for (const { weight, run } of Object.values(kinds)) {
    if (left < weight) {
      const came = await run(draws);
      unpolluted();
      return came;
    }
    left -= weight;
  }
  throw new Error("the weights are not 256 in all");
}

/** Nothing that a case contains may reach the objects of everybody. */
function unpolluted(): void {
  const some: Record<string, unknown> = {};
  for (const name of ["polluted", "p", "a", "r"]) {
    if (some[name] !== undefined) throw new Error(`Object.prototype.${name} is there`);
  }
}

async function machineCase(draws: Draws): Promise<Came> {
  const definition = JSON.stringify(new Author(draws).machine());
  return runText(definition, draws, "valid");
}

/** A valid machine in whose text something is wrong. */
async function mutatedCase(draws: Draws): Promise<Came> {
  const text = JSON.stringify(new Author(draws).machine());
  const at = draws.below(Math.min(65_536, text.length));
  const length = draws.below(12);
  const piece = draws.one([...tokens.json, ...tokens.path, "null", '"States.ALL"', "[]", "{}"]);
  return runText(text.slice(0, at) + piece + text.slice(at + length), draws, "any");
}

async function runText(text: string, draws: Draws, expected: "valid" | "any"): Promise<Came> {
  const parsed = parseDefinitionText(text);
  if (parsed.kind === "problems") {
    if (parsed.problems.length === 0) throw new Error("refused without a reason");
    if (expected === "valid") throw new Error(`refused: ${JSON.stringify(parsed.problems)}: ${text}`);
    return { kind: "refused" };
  }
  // Looking for warnings takes as long as all the rest.
  if (draws.chance(10) && inspectDefinitionText(text).some((one) => one.severity === "ERROR")) {
    throw new Error(`an error in what was accepted: ${text}`);
  }
  const input = draws.one(literals);
  const result = await simulate(parsed.definition, input, { tasks: tasksOf(draws), seed: "fuzz" });
  return { kind: "ran", entered: checkRun(result) };
}

function tasksOf(draws: Draws): Responder {
  return () => {
    const after = draws.below(4) * 500;
    if (draws.chance(10)) return { timeout: true };
    if (draws.chance(20)) return { error: draws.one(["Random", "States.TaskFailed", "States.Timeout", ""]), after };
    return { result: parseJson(draws.one(literals)), after };
  };
}

function checkRun(result: Simulated): number {
  if (result.status === "RUNNING") throw new Error("it never ended");
  if (result.output !== undefined) JSON.parse(result.output);
  const history = result.history();
  history.forEach((event, index) => {
    checkEvent(event, index, history[index - 1]);
  });
  if (!/^Execution(Succeeded|Failed|TimedOut)$/.test(history.at(-1)?.type ?? ""))
    throw new Error("its history has no end");
  return history.filter((event) => event.type.endsWith("Entered")).length;
}

function checkEvent(event: AwsHistoryEvent, index: number, before: AwsHistoryEvent | undefined): void {
  const what = `${event.id} ${event.type}`;
  if (event.id !== index + 1) throw new Error(`${what} is at ${index + 1}`);
  if (event.previousEventId >= event.id) throw new Error(`${what} follows from ${event.previousEventId}`);
  if (before !== undefined && event.timestamp < before.timestamp) throw new Error(`${what} is before its predecessor`);
}

function bytesCase(draws: Draws): Came {
  const text = String.fromCharCode(...draws.list(200, () => draws.byte()));
  parseDefinitionText(text);
  inspectDefinitionText(text);
  return { kind: "read" };
}

/** Our parser takes and gives what JavaScript's does, but for numbers, whose text it keeps. */
function jsonCase(draws: Draws): Came {
  const text = draws.list(30, () => draws.one(tokens.json)).join("");
  const theirs = attempt(() => JSON.stringify(JSON.parse(text)), SyntaxError);
  const ours = attempt(() => JSON.stringify(JSON.parse(writeJson(parseJson(text)))), JsonSyntaxError);
  if (theirs !== ours) throw new Error(`'${text}' is ${ours} for us and ${theirs} for JavaScript`);
  return { kind: "read" };
}

function attempt<T>(act: () => T, expected: new (...given: never[]) => Error): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof expected) return undefined;
    throw error;
  }
}

function scopeOf(draws: Draws): EvaluationScope {
  return {
    input: parseJson(draws.one(literals)),
    context: () => ({ Execution: { Name: "fuzz" } }),
    variables: new Map([["v", [1, 2]]]),
    now: 0,
    chance: () => 0.5,
  };
}

function pathCase(draws: Draws): Came {
  const text = `$${draws.list(12, () => draws.one(tokens.path)).join("")}`;
  const path = compilePath(text);
  const scope = scopeOf(draws);
  if (!isProblem(path)) {
    attempt(() => findPath(path, scope), EvaluationFailure);
    attempt(() => writeJson(readPath(path, scope)), EvaluationFailure);
  }
  const reference = compileReferencePath(text);
  if (!isProblem(reference)) attempt(() => writeJson(place(scope.input, reference, [1])), EvaluationFailure);
  return { kind: "read" };
}

function atOnce(value: Value | Promise<Value>): Value {
  if (value instanceof Promise) throw new Error("JSONPath never waits");
  return value;
}

function intrinsicCase(draws: Draws): Came {
  const text = `States.${draws.one(["Format", "Array", "Hash", "MathAdd", "StringSplit"])}(${draws.list(12, () => draws.one(tokens.intrinsic)).join("")})`;
  const compiled = compileTemplate({ "x.$": text }, "JSONPath", "Parameters");
  const scope = scopeOf(draws);
  if (compiled.kind === "template") {
    const { template } = compiled;
    attempt(() => writeJson(atOnce(evaluateTemplate(template, scope))), EvaluationFailure);
  }
  return { kind: "read" };
}

async function expressionCase(draws: Draws): Promise<Came> {
  const expression = compileExpression(draws.list(14, () => draws.one(tokens.expression)).join(""), "Output");
  if ("kind" in expression) return { kind: "read" };
  try {
    writeJson(await evaluateExpression(expression, scopeOf(draws)));
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
  }
  return { kind: "read" };
}

/** Files of a Map Run, timestamps, wildcards. */
function smallCase(draws: Draws): Came {
  const config: ReaderConfig = {
    inputType: draws.one(["CSV", "JSON", "JSONL"]),
    ...(draws.chance(50) ? { csvHeaderLocation: "GIVEN", csvHeaders: ["a", "b"] } : { csvHeaderLocation: "FIRST_ROW" }),
    ...(draws.chance(30) ? { itemsPointer: draws.one(["/a", "/list/0", "/__proto__", ""]) } : {}),
  };
  const file = draws.list(30, () => draws.one(draws.chance(50) ? tokens.csv : tokens.json)).join("");
  const read = readItems(file, config, draws.below(4) || undefined);
  if (read.kind === "items") for (const item of read.items) JSON.parse(item);
  parseTimestamp(draws.list(16, () => draws.one(tokens.timestamp)).join(""));
  compileWildcards(draws.list(12, () => draws.one(tokens.pattern)).join(""))("abababab");
  return { kind: "read" };
}
