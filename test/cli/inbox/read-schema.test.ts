/** A schema as it came: what is of no form that a keyword has is no rule, and nothing of it throws. */
import { expect, test } from "vitest";
import { draftsOf, fieldsOf, kindOf, readForm } from "../../../console/inbox/answer.ts";
import { readSchema } from "../../../lib/cli/inbox/read-schema.ts";
import { problemsOf, type Schema } from "../../../lib/cli/inbox/schema.ts";

test("what is as it should be stays", () => {
  const schema: Schema = {
    type: ["object", "null"],
    title: "Order",
    required: ["size"],
    additionalProperties: false,
    properties: { size: { enum: ["S", 40, null], default: 40 }, tags: { type: "array", items: { pattern: "^a" } } },
  };
  expect(readSchema(schema)).toEqual(schema);
});

test.each<[what: string, given: unknown, read: Schema]>([
  ["required as older drafts have it", { required: true, type: "string" }, { type: "string" }],
  ["required as a text", { required: "a" }, {}],
  ["no property", { properties: { a: null, b: true, c: [] } }, { properties: { a: {}, b: {}, c: {} } }],
  ["properties in a list", { properties: ["a"] }, {}],
  ["a choice of nothing", { enum: [] }, {}],
  ["a choice that is a text", { enum: "x" }, {}],
  ["items by their place", { type: "array", items: [{ type: "string" }], minItems: "2" }, { type: "array" }],
  ["words in several languages", { title: { en: "Order" }, description: 3, type: 5, pattern: {} }, {}],
  ["no object", null, {}],
])("%s", (_what, given, read) => {
  expect(readSchema(given)).toEqual(read);
});

test("names of the language's own objects are properties like others", () => {
  const read = readSchema(JSON.parse('{"properties":{"__proto__":{"type":"number"},"constructor":{"type":"string"}}}'));
  expect(fieldsOf(read).map(([name, schema]) => [name, kindOf(schema)])).toEqual([
    ["__proto__", "number"],
    ["constructor", "text"],
  ]);
  expect(readForm(read, draftsOf(read))).toBe("{}");
});

test("an answer to such a question can be given", () => {
  const read = readSchema({
    required: true,
    properties: { a: null, b: { enum: "x" }, c: { items: [{}], type: "array" } },
  });
  expect(problemsOf(read, { a: 1, b: 2, c: [3] })).toEqual([]);
  expect(readForm(read, { a: "x", b: "", c: "[1]" })).toBe('{"a":"x","c":[1]}');
});
