/** Readers of plain values: text, numbers in their ranges, choices from a list, lists. */
import type { Computed } from "../definition.ts";
import { compileExpression, isExpression } from "../evaluate/expression.ts";
import { isArray, isNumber, toNumber, type Value } from "../json.ts";
import { judgeStates, notAnExpression } from "./expressions.ts";
import type { Reader } from "./fields.ts";
import { inIndex, type Place, report } from "./place.ts";

export function text(value: Value, place: Place): string | undefined {
  return typeof value === "string" ? value : report(place, "Expected value of type [STRING]", { value });
}

export function truth(value: Value, place: Place): boolean | undefined {
  return typeof value === "boolean" ? value : report(place, "Expected value of type [BOOLEAN]", { value });
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value, place) => {
    const written = text(value, place);
    if (written === undefined) return undefined;
    const found = allowed.find((name) => name === written);
    if (found !== undefined) return found;
    return report(place, `Value should be one of the following: [${allowed.join(", ")}]`, { value, allowed });
  };
}

export interface Range {
  readonly least: number;
  readonly most?: number;
  /** Fractions are fine; the service then writes its limits with one, too. */
  readonly fractions?: boolean;
}

/** A number within its range. */
export function number(range: Range): Reader<number> {
  return (value, place) => {
    const kind = range.fractions === true ? "Number" : "Integer";
    if (!isNumber(value)) return report(place, `Expected value of type ${kind}`, { value });
    const found = toNumber(value);
    if (range.fractions !== true && !Number.isInteger(found)) {
      return report(place, `Expected value of type ${kind}`, { value });
    }
    if (found < range.least) return report(place, `Minimum value is ${limit(range.least, range)}`, { value });
    if (range.most !== undefined && found > range.most) {
      return report(place, `Maximum value is ${limit(range.most, range)}`, { value });
    }
    return found;
  };
}

function limit(bound: number, range: Range): string {
  return range.fractions === true ? bound.toFixed(1) : String(bound);
}

/** A number, or under JSONata an expression that gives one. */
export function computedNumber(range: Range): Reader<Computed<number>> {
  const literal = number(range);
  return (value, place) => {
    const computed = expressionIn(value, place);
    if (computed !== "literal") return computed;
    const found = literal(value, place);
    return found === undefined ? undefined : { kind: "literal", value: found };
  };
}

/** A text, or under JSONata an expression that gives one. */
export function computedText(judge: (found: string, place: Place) => boolean = () => true): Reader<Computed<string>> {
  return (value, place) => {
    const computed = expressionIn(value, place);
    if (computed !== "literal") return computed;
    const found = text(value, place);
    return found === undefined || !judge(found, place) ? undefined : { kind: "literal", value: found };
  };
}

type ByExpression = Extract<Computed<never>, { kind: "expression" }>;

function expressionIn(value: Value, place: Place): ByExpression | undefined | "literal" {
  if (place.language !== "JSONata" || typeof value !== "string" || !value.startsWith("{%")) return "literal";
  if (!isExpression(value)) return report(place, notAnExpression, { value });
  const compiled = compileExpression(value, place.field);
  if ("kind" in compiled) return report(place, compiled.message, { code: compiled.code, value });
  judgeStates(compiled, place);
  place.references.push(compiled.references);
  return { kind: "expression", expression: compiled };
}

/** Every item read at its index; what could not be read is left out. */
export function list<T>(read: Reader<T>, { empty }: { readonly empty: "allowed" | "refused" }): Reader<readonly T[]> {
  return (value, place) => {
    if (!isArray(value)) return report(place, "Expected value of type [ARRAY]", { value });
    if (value.length === 0 && empty === "refused") return report(place, "Value cannot be empty", { value });
    return value.map((item, index) => read(item, inIndex(place, index))).filter((item) => item !== undefined);
  };
}
