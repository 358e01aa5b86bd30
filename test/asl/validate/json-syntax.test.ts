/** Texts that are not JSON: the service's sentence, line and column. */
import { expect, test } from "vitest";
import { parseDefinitionText } from "../../../lib/asl/parse.ts";

const any = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

test.each([
  ["not a definition", `Unrecognized token 'not': was expecting ${any}`, 1, 4],
  ["{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 1, 3],
  ['{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value", 1, 7],
  ['{"a": 1 "b": 2}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries", 1, 10],
  ["[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 1, 5],
  ['{\n  "a": yes\n}', `Unrecognized token 'yes': was expecting ${any}`, 2, 11],
  ['{"a": }', `Unexpected character ('}' (code 125)): expected a valid value ${any}`, 1, 8],
  ['{"a": 1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 1, 10],
  ['{"a": "b', "Unexpected end-of-input: was expecting closing quote for a string value", 1, 9],
  ['"\\x"', "Unrecognized character escape 'x' (code 120)", 1, 4],
  [
    '{"a": "b\n"}',
    "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value",
    2,
    1,
  ],
])("%s", (text, message, line, column) => {
  const location = `[Source: (String)"${text}"; line: ${line}, column: ${column}]`;
  expect(parseDefinitionText(text)).toEqual({
    kind: "problems",
    problems: [
      { code: "INVALID_JSON_DESCRIPTION", severity: "ERROR", message: `${message}\n at ${location}`, path: location },
    ],
  });
});

test("an unclosed object names where it began", () => {
  const text = '{"States": {"A": 1}';
  const parsed = parseDefinitionText(text);
  const source = `(String)"${text}"; line: 1`;
  expect(parsed.kind === "problems" && parsed.problems[0]?.message).toBe(
    `Unexpected end-of-input: expected close marker for Object (start marker at [Source: ${source}, column: 1])\n` +
      ` at [Source: ${source}, column: ${text.length + 1}]`,
  );
});

test("a long text is shown by its beginning", () => {
  const parsed = parseDefinitionText(`{${" ".repeat(600)}x`);
  expect(parsed.kind === "problems" && parsed.problems[0]?.path).toContain(
    '"[truncated 102 chars]; line: 1, column: 603]',
  );
});

test.each(["[".repeat(100_000), '{"a":'.repeat(100_000)])("nesting without end is refused, not followed", (text) => {
  const parsed = parseDefinitionText(text);
  expect(parsed.kind === "problems" && parsed.problems[0]?.code).toBe("TOO_DEEPLY_NESTED");
});
