/** Who answers, put into an answer that otherwise stays as it was written. */
import { expect, test } from "vitest";
import { signed } from "../../../lib/cli/inbox/sign.ts";

test.each<[answer: string, result: string | undefined]>([
  ["{}", '{"by":"Mia","comment":"fine"}'],
  [
    '{"order": 12345678901234567890, "rate": 1.0}',
    '{"order":12345678901234567890,"rate":1.0,"by":"Mia","comment":"fine"}',
  ],
  ['{"2":"b","1":"a"}', '{"2":"b","1":"a","by":"Mia","comment":"fine"}'],
  ['{"__proto__":{"x":1}}', '{"__proto__":{"x":1},"by":"Mia","comment":"fine"}'],
  ['{"by":"Tom"}', '{"by":"Mia","comment":"fine"}'],
  ["[1]", undefined],
  ["3", undefined],
  ["null", undefined],
])("%s", (answer, result) => {
  expect(signed(answer, { by: "Mia", comment: "fine" })).toBe(result);
});

test("nobody signs, nothing is added", () => {
  expect(signed('{"a": 1}', {})).toBe('{"a":1}');
});
