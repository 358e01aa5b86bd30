/** A cause in words: a message of a function of Lambda, whole or cut anywhere, or of a child; any other as it is. */
import { expect, test } from "vitest";
import { readCause } from "../../lib/cli/explain/cause.ts";

const python = `{"errorMessage": "'items'", "errorType": "KeyError", "stackTrace": ["  File \\"x.py\\", line 1"]}`;
const node = '{"errorType":"Error","errorMessage":"a \\"b\\" \\u00e9","trace":["Error: a","at x"]}';

test.each([
  [python, "'items'", 1],
  [python.slice(0, 60), "'items'", 0],
  [python.slice(0, 22), "'ite", 0],
  [node, 'a "b" é', 2],
  [node.slice(0, -12), 'a "b" é', 0],
  [node.slice(0, 46), 'a "b" ', 0], // in the middle of an escape
  [JSON.stringify({ Cause: node, Error: "Broken", ExecutionArn: "arn:x" }), 'Broken: a "b" é', 2],
  [JSON.stringify({ Error: "Broken", ExecutionArn: "arn:x" }), "Broken", 0],
  ["no pigeon", "no pigeon", 0],
  ['{"errorMessage":"a\nb', '{"errorMessage":"a\nb', 0],
  ['{"other":1}', '{"other":1}', 0],
  ["", "", 0],
])("%s: %s", (cause, message, lines) => {
  const read = readCause(cause);
  expect(read.message).toBe(message);
  expect(read.trace).toHaveLength(lines);
});
