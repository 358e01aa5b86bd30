/**
 * Fields that hold a number or a text, however they get it: written down, by a path, or by a JSONata
 * expression; with AWS's words where the value will not do.
 */
import type { Computed } from "../definition.ts";
import { evaluateExpression, expectType } from "../evaluate/expression.ts";
import { queryFailure, runtimeFailure } from "../evaluate/failure.ts";
import { readPath } from "../evaluate/path.ts";
import type { EvaluationScope } from "../evaluate/scope.ts";
import { evaluateTemplate } from "../evaluate/template.ts";
import { isNumber, toNumber, type Value, writeJson } from "../json.ts";

export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** Fractions will do, too (ToleratedFailurePercentage). */
  readonly fractions?: true;
}

/** TimeoutSeconds and HeartbeatSeconds (boto: `TimeoutInSeconds`). */
export const secondsBounds: Bounds = { least: 0, most: 99_999_999 };

/** `field` is the name without `Path`. */
export async function numberOf(
  field: string,
  computed: Computed<number>,
  scope: EvaluationScope,
  bounds: Bounds,
): Promise<number> {
  switch (computed.kind) {
    case "literal":
      return computed.value;
    case "path":
      return numberFromPath(field, computed.path.source, readPath(computed.path, scope), bounds);
    case "template":
      return numberFromPath(field, field, await evaluateTemplate(computed.template, scope), bounds);
    case "expression": {
      const { expression } = computed;
      const value = expectType(expression, await evaluateExpression(expression, scope), "number");
      return numberFromExpression(field, value, bounds);
    }
  }
}

/** AWS takes the text of a whole number for one, too. */
function numberFromPath(field: string, source: string, value: Value, { least, most, fractions }: Bounds): number {
  const text = typeof value === "string" ? value : writeJson(value);
  const form = fractions === true ? /^[+-]?\d+(\.\d+)?$/ : /^[+-]?\d+$/;
  const wrong = (kind: string) =>
    runtimeFailure(`The ${field}Path field refers to value "${text}" which is not ${kind}: ${source}`);
  if (!form.test(text)) throw wrong(fractions === true ? "a valid number" : "a valid integer");
  const number = Number(text);
  if (number < least || number > most) throw wrong(`between ${least} and ${most}`);
  return number;
}

function numberFromExpression(field: string, value: Value, { least, most, fractions }: Bounds): number {
  const number = isNumber(value) ? toNumber(value) : Number.NaN;
  if (fractions !== true && !Number.isInteger(number)) {
    throw queryFailure(`The ${field} field cannot be parsed as an integer: ${writeJson(value)}`, field);
  }
  if (number < least || number > most) {
    throw queryFailure(`${field} must be between ${least} and ${most} but was: ${number}`, field);
  }
  return number;
}

/** Error, Cause, RoleArn. */
export async function text(field: string, computed: Computed<string>, scope: EvaluationScope): Promise<string> {
  switch (computed.kind) {
    case "literal":
      return computed.value;
    case "path":
      return textFromPath(field, computed.path.source, readPath(computed.path, scope));
    case "template":
      return textFromPath(field, field, await evaluateTemplate(computed.template, scope));
    case "expression": {
      const { expression } = computed;
      const value = expectType(expression, await evaluateExpression(expression, scope), "string");
      return typeof value === "string" ? value : writeJson(value);
    }
  }
}

function textFromPath(field: string, source: string, value: Value): string {
  if (typeof value === "string") return value;
  throw runtimeFailure(`The ${field}Path field refers to value "${writeJson(value)}" which is not a string: ${source}`);
}
