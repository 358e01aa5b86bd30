/**
 * Whether a node passes `[?(…)]`. Comparisons are Jayway's: `10` equals `"10"`, an order exists between
 * two numbers or two strings only, and what is missing equals nothing.
 */
import { isArray, isNumber, sameValue, toNumber, type Value, writeJson } from "../json.ts";
import { unreachable } from "../unreachable.ts";
import type { Step } from "./path-syntax.ts";

export type Operand =
  | { readonly kind: "literal"; readonly value: Value }
  /** `@`: the node that is being looked at. */
  | { readonly kind: "current"; readonly steps: readonly Step[] }
  /** `$`: the document. */
  | { readonly kind: "root"; readonly steps: readonly Step[] };

export type Filter =
  | { readonly kind: "and"; readonly filters: readonly Filter[] }
  | { readonly kind: "or"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter }
  /** `null` and `false` exist. */
  | { readonly kind: "exists"; readonly operand: Operand }
  | {
      readonly kind: "compare";
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    };

type Compare = (left: Value | undefined, right: Value | undefined) => boolean;

export const comparators = {
  "==": equal,
  "!=": (left, right) => !equal(left, right),
  "<": (left, right) => order(left, right, (sign) => sign < 0),
  "<=": (left, right) => order(left, right, (sign) => sign <= 0),
  ">": (left, right) => order(left, right, (sign) => sign > 0),
  ">=": (left, right) => order(left, right, (sign) => sign >= 0),
  in: (left, right) => isArray(right) && right.some((item) => equal(left, item)),
  nin: (left, right) => !(isArray(right) && right.some((item) => equal(left, item))),
} satisfies Record<string, Compare>;

export type Comparator = keyof typeof comparators;

/** Finds the value of an operand's steps below a node; given by `path.ts`, which walks steps. */
type FindBelow = (node: Value, steps: readonly Step[]) => Value | undefined;

export function passes(filter: Filter, node: Value, root: Value, find: FindBelow): boolean {
  switch (filter.kind) {
    case "and":
      return filter.filters.every((part) => passes(part, node, root, find));
    case "or":
      return filter.filters.some((part) => passes(part, node, root, find));
    case "not":
      return !passes(filter.filter, node, root, find);
    case "exists":
      return operandValue(filter.operand, node, root, find) !== undefined;
    case "compare": {
      const left = operandValue(filter.left, node, root, find);
      return comparators[filter.comparator](left, operandValue(filter.right, node, root, find));
    }
    default:
      return unreachable(filter);
  }
}

function operandValue(operand: Operand, node: Value, root: Value, find: FindBelow): Value | undefined {
  switch (operand.kind) {
    case "literal":
      return operand.value;
    case "current":
      return find(node, operand.steps);
    case "root":
      return find(root, operand.steps);
    default:
      return unreachable(operand);
  }
}

/** The left side decides how the two are compared: a number by value, a string by text. */
function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (isNumber(left) && typeof right === "string") return right.trim() !== "" && Number(right) === toNumber(left);
  if (typeof left === "string" && isNumber(right)) return left === writeJson(right);
  return sameValue(left, right);
}

function order(left: Value | undefined, right: Value | undefined, holds: (sign: number) => boolean): boolean {
  if (isNumber(left) && isNumber(right)) return holds(toNumber(left) - toNumber(right));
  if (typeof left === "string" && typeof right === "string") return holds(left < right ? -1 : left > right ? 1 : 0);
  return false;
}
