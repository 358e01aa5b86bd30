/** An answer against the JSON Schema that a task asks it by: what is wrong, where, in words. */
import { expect, test } from "vitest";
import { problemsOf, type Schema } from "../../../lib/cli/inbox/schema.ts";

const order: Schema = {
  type: "object",
  required: ["approved", "limit"],
  properties: {
    approved: { type: "boolean" },
    limit: { type: "integer", minimum: 1, maximum: 500 },
    carrier: { enum: ["van", "pigeon", 7, null] },
    note: { type: ["string", "null"], maxLength: 5, pattern: "^[a-z]*$" },
    address: { type: "object", required: ["zip"], properties: { zip: { type: "string", minLength: 5 } } },
    lines: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      items: { type: "object", required: ["sku"], properties: { sku: { type: "string" } } },
    },
  },
};
const fine = { approved: true, limit: 5 };

test.each<[what: string, answer: unknown, problems: readonly string[]]>([
  ["as asked", fine, []],
  ["more than asked", { ...fine, more: 1 }, []],
  ["nothing", {}, ["approved has to be given.", "limit has to be given."]],
  ["no object", [1], ["The answer has to be an object."]],
  ["a fraction for a whole number", { ...fine, limit: 1.5 }, ["limit has to be an integer."]],
  ["too little", { ...fine, limit: 0 }, ["limit has to be at least 1, but is 0."]],
  ["too much", { ...fine, limit: 501 }, ["limit has to be at most 500, but is 501."]],
  ["another choice", { ...fine, carrier: "ship" }, ['carrier has to be one of "van", "pigeon", 7, null.']],
  ["a choice that is a number", { ...fine, carrier: 7 }, []],
  ["null where it may be", { ...fine, note: null }, []],
  [
    "a text that is too long and of other letters",
    { ...fine, note: "ABCDEF" },
    ["note may have at most 5 characters.", "note has to match ^[a-z]*$."],
  ],
  ["a number for a text", { ...fine, note: 3 }, ["note has to be a string or null."]],
  ["inside an object", { ...fine, address: {} }, ["address.zip has to be given."]],
  ["inside it, too short", { ...fine, address: { zip: "1" } }, ["address.zip needs at least 5 characters."]],
  ["an empty list", { ...fine, lines: [] }, ["lines needs at least 1, but has 0."]],
  ["inside a list", { ...fine, lines: [{ sku: "tea" }, {}] }, ["lines[1].sku has to be given."]],
  ["too long a list", { ...fine, lines: Array(3).fill({ sku: "x" }) }, ["lines may have at most 2, but has 3."]],
])("%s", (_what, answer, problems) => {
  expect(problemsOf(order, answer)).toEqual(problems);
});

test("what is no schema is no rule, and nothing of the page's own is taken for a property", () => {
  expect(problemsOf({ type: "unheard-of", pattern: "(" }, "x")).toEqual([]);
  expect(problemsOf({ required: ["toString"] }, {})).toEqual(["toString has to be given."]);
  expect(problemsOf({ properties: { a: {} }, additionalProperties: false }, { b: 1 })).toEqual(["b is not asked for."]);
});
