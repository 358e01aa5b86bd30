/** The form of an answer: which fields a schema makes, what stands in them first, and what their contents come to. */
import { describe, expect, test } from "vitest";
import {
  type Drafts,
  firstDrafts,
  kindOf,
  readForm,
  readJson,
  shownSchema,
  signedAnswer,
} from "../../../console/inbox/answer.ts";
import type { Schema } from "../../../lib/cli/inbox/schema.ts";

const text: Schema = { type: "string" };

test.each<[Schema, string]>([
  [{}, "text"],
  [text, "text"],
  [{ type: ["null", "integer"] }, "number"],
  [{ type: "boolean" }, "flag"],
  [{ enum: [1, 2], type: "integer" }, "choice"],
  [{ type: "object" }, "json"],
  [{ properties: { a: text } }, "object"],
  [{ type: "array" }, "json"],
  [{ type: "array", items: text }, "list"],
  [{ type: "null" }, "json"],
])("%j is asked for by a field of kind %s", (schema, kind) => {
  expect(kindOf(schema)).toBe(kind);
});

const schema: Schema = {
  type: "object",
  required: ["limit", "tags"],
  properties: {
    approved: { type: "boolean" },
    limit: { type: "number", default: 20 },
    size: { enum: ["S", 40, null] },
    address: {
      type: "object",
      required: ["zip"],
      properties: { zip: text, gate: { type: "boolean" }, floor: { type: "integer" } },
    },
    tags: { type: "array", items: text },
    people: { type: "array", minItems: 1, items: { type: "object", properties: { name: text } } },
    raw: { type: "object" },
  },
};
const first = firstDrafts(schema);

test("what stands in the form at first: defaults, one item where one is needed, and approval", () => {
  expect(first).toEqual({
    approved: true,
    limit: "20",
    size: "",
    address: { zip: "", gate: false, floor: "" },
    tags: [],
    people: [{ name: "" }],
    raw: "",
  });
  expect(firstDrafts({ properties: { approved: { type: "boolean", default: false } } })).toEqual({ approved: true });
});

test("the buttons say whether it is approved: a flag of that name is no field, anything else is", () => {
  expect(shownSchema({ properties: { approved: { type: "boolean" }, limit: text } })).toEqual({
    properties: { limit: text },
  });
  const choice: Schema = { properties: { approved: { enum: ["yes", "no"] } } };
  expect(shownSchema(choice)).toBe(choice);
});

describe("what the form comes to", () => {
  test.each<[what: string, change: Drafts, answer: object | string]>([
    ["what is empty and not needed is left out", { people: [] }, { approved: true, limit: 20, tags: [] }],
    [
      "a choice that is no text keeps its type",
      { people: [], size: "40" },
      { approved: true, limit: 20, size: 40, tags: [] },
    ],
    ["null is one", { people: [], size: "null" }, { approved: true, limit: 20, size: null, tags: [] }],
    [
      "objects and lists as deep as they go",
      {
        address: { zip: "04109", gate: true, floor: "3" },
        tags: ["a", "b"],
        people: [{ name: "Mia" }],
        raw: '{"x":[1]}',
      },
      {
        approved: true,
        limit: 20,
        address: { zip: "04109", gate: true, floor: 3 },
        tags: ["a", "b"],
        people: [{ name: "Mia" }],
        raw: { x: [1] },
      },
    ],
    ["an object begun has to be whole", { people: [], address: { gate: true } }, "address.zip has to be given."],
    ["a needed one is missing", { people: [], limit: "" }, "limit has to be given."],
    ["no number", { limit: "ten" }, "limit is a number, not 'ten'."],
    ["an empty item", { people: [], tags: [""] }, "tags[0] has to be a string."],
    ["no JSON", { raw: "{" }, "raw is not JSON."],
  ])("%s", (_what, change, answer) => {
    const read = (): unknown => JSON.parse(readForm(schema, { ...first, ...change }));
    if (typeof answer === "string") expect(read).toThrow(answer);
    else expect(read()).toEqual(answer);
  });
});

test("JSON that is typed is held against the schema, too", () => {
  expect(() => readJson(schema, '{"limit":"x"}')).toThrow("tags has to be given. limit has to be a number.");
  expect(() => readJson(undefined, "{")).toThrow("The answer is not JSON.");
  expect(readJson(undefined, "3")).toBe("3");
});

test("who answered and why goes into an object, and into nothing else", () => {
  expect(signedAnswer('{"a": 1}', { by: "Mia", comment: "" })).toBe('{"a":1,"by":"Mia"}');
  expect(signedAnswer("[1]", { by: "Mia", comment: "why" })).toBe("[1]");
});

test("numbers keep the digits that were typed", () => {
  const typed = '{"iban": 12345678901234567890, "rate": 1.0}';
  const answer = signedAnswer(readJson({ type: "object" }, typed), { by: "Mia", comment: "" });
  expect(answer).toBe('{"iban":12345678901234567890,"rate":1.0,"by":"Mia"}');
});
