/**
 * Intrinsic functions, compiled and called. What each function does is the table in `intrinsic-functions.ts`.
 * Every failure is States.Runtime, never States.IntrinsicFailure, as measured on AWS.
 */
import { type Value, writeJson } from "../json.ts";
import { unreachable } from "../unreachable.ts";
import { drawFrom } from "./chance.ts";
import { runtimeFailure } from "./failure.ts";
import {
  type IntrinsicFunction,
  InvalidArguments,
  intrinsicFunctions,
  isIntrinsicName,
} from "./intrinsic-functions.ts";
import { type Argument, type IntrinsicCall, parseIntrinsic } from "./intrinsic-syntax.ts";
import { findPath, isProblem, type Path } from "./path.ts";
import { joinReferences, type References } from "./references.ts";
import type { SyntaxProblem } from "./scanner.ts";
import type { EvaluationScope } from "./scope.ts";

export interface Intrinsic {
  readonly call: IntrinsicCall;
  readonly references: References;
}

/** The function's name is checked here, its arguments when it is called, as the service does. */
export function compileIntrinsic(source: string): Intrinsic | SyntaxProblem {
  const call = parseIntrinsic(source);
  if (isProblem(call)) return call;
  const unknown = calls(call).find(({ name }) => !isIntrinsicName(name));
  if (unknown !== undefined) return { kind: "problem", message: `there is no function States.${unknown.name}` };
  return { call, references: joinReferences(paths(call).map(({ references }) => references)) };
}

export function callIntrinsic({ call }: Intrinsic, scope: EvaluationScope): Value {
  return evaluateCall(call, scope, call.source);
}

function calls(call: IntrinsicCall): readonly IntrinsicCall[] {
  return [call, ...call.arguments.flatMap((argument) => (argument.kind === "call" ? calls(argument) : []))];
}

function paths(call: IntrinsicCall): readonly Path[] {
  return call.arguments.flatMap((argument) => {
    if (argument.kind === "call") return paths(argument);
    return argument.kind === "path" ? [argument.path] : [];
  });
}

function evaluateCall(call: IntrinsicCall, scope: EvaluationScope, outermost: string): Value {
  const values = call.arguments.map((argument) => evaluateArgument(argument, scope, outermost));
  const raw = call.arguments.map((argument) => (argument.kind === "literal" ? argument.raw : undefined));
  const { arity, call: compute }: IntrinsicFunction = functionOf(call.name);
  try {
    if (values.length < arity[0] || values.length > arity[1]) throw new InvalidArguments();
    return compute({ values, raw, draw: drawFrom(scope.chance) });
  } catch (error) {
    if (!(error instanceof InvalidArguments)) throw error;
    throw runtimeFailure(
      `There was an error while evaluating the intrinsic function: ${outermost}. Invalid arguments in States.${call.name}`,
    );
  }
}

function functionOf(name: string): IntrinsicFunction {
  if (!isIntrinsicName(name)) throw new Error(`States.${name} was compiled, but does not exist`);
  return intrinsicFunctions[name];
}

function evaluateArgument(argument: Argument, scope: EvaluationScope, outermost: string): Value {
  switch (argument.kind) {
    case "literal":
      return argument.value;
    case "path":
      return readArgument(argument.path, scope, outermost);
    case "call":
      return evaluateCall(argument, scope, outermost);
    default:
      return unreachable(argument);
  }
}

/** Measured, in floci's tests: an index past the end is null in a template, but no argument. */
function readArgument(path: Path, scope: EvaluationScope, outermost: string): Value {
  const value = findPath(path, scope);
  if (value !== undefined) return value;
  const field = path.root.kind === "context" ? path.source.slice(1) : path.source;
  throw runtimeFailure(
    `The function '${outermost}' had the following error: The JsonPath argument for the field '${field}' ` +
      `could not be found in the input '${writeJson(scope.input)}'`,
  );
}
