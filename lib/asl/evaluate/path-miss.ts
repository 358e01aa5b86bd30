/**
 * Why a path found nothing, in Jayway's words, which the service quotes: `No results for path: $['a']`.
 * The class names are those of the JSON tree that the service reads from.
 */
import { isArray, isNumber, isObject, type Value, writeJson } from "../json.ts";
import type { Step } from "./path-syntax.ts";
import { findOne, isDefinite } from "./path-walk.ts";

/** `past-end`: a definite path ends in an index that the array does not have, which the service reads as null. */
export type Miss = { readonly kind: "past-end" } | { readonly kind: "missing"; readonly reason: string };

export function explainMiss(document: Value, steps: readonly Step[]): Miss {
  const scattered = steps.find((step, position) => step.kind === "keys" && position < steps.length - 1);
  if (scattered !== undefined) return scatteredKeys(steps, scattered);
  let value = document;
  for (const [position, step] of steps.entries()) {
    const isLast = position === steps.length - 1;
    const next = findOne(value, [step]);
    if (next === undefined || !isDefinite([step])) {
      if (step.kind === "index" && isArray(value) && isLast) return { kind: "past-end" };
      return { kind: "missing", reason: reasonAt(value, steps, position) };
    }
    value = next;
  }
  return { kind: "missing", reason: `No results for path: ${pathText(steps)}` };
}

function scatteredKeys(steps: readonly Step[], keys: Step): Miss {
  const reason = `Multi properties can only be used as path leafs: ${pathText(steps.slice(0, steps.indexOf(keys) + 1))}`;
  return { kind: "missing", reason };
}

function reasonAt(value: Value, steps: readonly Step[], position: number): string {
  const upTo = pathText(steps.slice(0, position));
  const here = pathText(steps.slice(0, position + 1));
  const step = steps[position];
  const fragment = here.slice(upTo.length);
  if (step?.kind !== "key" && step?.kind !== "keys") {
    if (!isArray(value))
      return `Filter: ${fragment} can only be applied to arrays. Current context is: ${writeJson(value)}`;
    return notAnObject(steps[position + 1], here, "null");
  }
  if (!isObject(value)) return notAnObject(step, upTo, className(value));
  return position === steps.length - 1 ? `No results for path: ${here}` : `Missing property in path ${here}`;
}

function notAnObject(step: Step | undefined, path: string, found: string): string {
  const fragment = step === undefined ? "" : stepText(step);
  return (
    `Expected to find an object with property ${fragment} in path ${path} but found '${found}'. ` +
    "This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'."
  );
}

function className(value: Value): string {
  return `com.fasterxml.jackson.databind.node.${nodeName(value)}`;
}

function nodeName(value: Value): string {
  if (value === null) return "NullNode";
  if (typeof value === "string") return "TextNode";
  if (typeof value === "boolean") return "BooleanNode";
  if (isArray(value)) return "ArrayNode";
  if (!isNumber(value)) return "ObjectNode";
  const text = writeJson(value);
  if (/[.eE]/.test(text)) return "DoubleNode";
  const number = BigInt(text);
  if (BigInt.asIntN(32, number) === number) return "IntNode";
  return BigInt.asIntN(64, number) === number ? "LongNode" : "BigIntegerNode";
}

/** Jayway's normal form: `$['a'][0]`. */
function pathText(steps: readonly Step[]): string {
  return `$${steps.map(stepText).join("")}`;
}

function stepText(step: Step): string {
  switch (step.kind) {
    case "key":
      return `['${step.key}']`;
    case "keys":
      return `[${step.keys.map((key) => `'${key}'`).join(",")}]`;
    case "index":
      return `[${step.index}]`;
    case "indexes":
      return `[${step.indexes.join(",")}]`;
    case "slice":
      return `[${step.from ?? ""}:${step.to ?? ""}]`;
    case "wildcard":
      return "[*]";
    case "filter":
      return "[?]";
    case "descend":
      return "..";
  }
}
