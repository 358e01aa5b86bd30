/**
 * A task's JSON Schema as it came: anybody's JSON. What is not of the form that a keyword has (`required: true` of
 * older drafts, items by their place, `null` for a property) is no rule and makes no field of another kind, so that
 * the task can be answered whatever asks.
 */
import { isObject, type Schema } from "./schema.ts";

export function readSchema(given: unknown): Schema {
  if (!isObject(given)) return {};
  const read = Object.entries(keywords).flatMap(([keyword, form]) => {
    const value = Object.hasOwn(given, keyword) ? form(given[keyword]) : undefined;
    return value === undefined ? [] : [[keyword, value] as const];
  });
  return Object.fromEntries(read);
}

/** Undefined: it is not of that form. */
const keywords: { readonly [Keyword in keyof Required<Schema>]: (value: unknown) => Schema[Keyword] } = {
  type: (value) => (isTexts(value) ? value : text(value)),
  title: text,
  description: text,
  enum: (value) => (Array.isArray(value) && value.length > 0 ? value : undefined),
  const: (value) => value,
  default: (value) => value,
  properties: (value) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, readSchema(each)]))
      : undefined,
  required: (value) => (isTexts(value) ? value : undefined),
  additionalProperties: (value) => value,
  items: (value) => (isObject(value) ? readSchema(value) : undefined),
  minItems: number,
  maxItems: number,
  minimum: number,
  maximum: number,
  minLength: number,
  maxLength: number,
  pattern: text,
};

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
