/** The comparison itself: what counts as equal, and that it sees what is not. */
import { expect, test } from "vitest";
import type { Json } from "./corpus.ts";
import { Matcher } from "./match.ts";

const placeholders = ["date", "<uuid:1>", "<uuid:2>", "snf_role_arn"];

test.each<readonly [string, Json, unknown, "payloads" | "plain", boolean]>([
  ["the same", { a: [1, "x", null] }, { a: [1, "x", null] }, "plain", true],
  ["another number", { a: 1 }, { a: 2 }, "plain", false],
  ["a member too many", { a: 1 }, { a: 1, b: 2 }, "plain", false],
  ["a member missing", { a: 1, b: 2 }, { a: 1 }, "plain", false],
  ["a list too long", [1], [1, 2], "plain", false],
  ["payload text for an object", { input: { a: 1 } }, { input: '{"a": 1.0}' }, "payloads", true],
  ["payload text for other text", { input: "[1, 2]" }, { input: "[1,2]" }, "payloads", true],
  ["other payload text", { input: "[1, 2]" }, { input: "[2,1]" }, "payloads", false],
  ["text inside a payload is text", { input: { a: "[1, 2]" } }, { input: '{"a":"[1,2]"}' }, "payloads", false],
  ["text for an object outside of payloads", { a: { b: 1 } }, { a: '{"b":1}' }, "plain", false],
  ["a placeholder", { at: "date" }, { at: { any: "thing" } }, "plain", true],
  ["a placeholder inside a text", "role/snf_role_arn!", "role/x!", "plain", true],
  ["a placeholder for nothing", "role/snf_role_arn", "role/", "plain", false],
  ["a numbered placeholder twice", ["<uuid:1>", "<uuid:1>"], ["a", "a"], "plain", true],
  ["a numbered placeholder for two things", ["<uuid:1>", "<uuid:1>"], ["a", "b"], "plain", false],
  ["two numbered placeholders for one thing", ["<uuid:1>", "<uuid:2>"], ["a", "a"], "plain", true],
  ["no placeholder", "datetime", "x", "plain", false],
  ["the age of the recording", { RedriveCount: 0 }, {}, "plain", true],
])("%s", (_, expected, actual, payload, equal) => {
  const differences = new Matcher(placeholders).differences("", expected, actual, payload);
  expect(differences.length === 0).toBe(equal);
});

test("what did not match is not remembered", () => {
  const matcher = new Matcher(placeholders);
  expect(matcher.matches(["<uuid:1>", 1], ["a", 2])).toBe(false);
  expect(matcher.matches("<uuid:1>", "b")).toBe(true);
  expect(matcher.matches("<uuid:1>", "a")).toBe(false);
});
