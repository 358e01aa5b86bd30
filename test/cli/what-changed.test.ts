/** What a state made of its input, in a line: what came, went or is another now; nothing where the output says more. */
import { expect, test } from "vitest";
import { whatChanged } from "../../lib/cli/what-changed.ts";

test.each([
  // input                                output                                      told
  ['{"id":7}', '{"id":7,"charge":{"ok":true}}', '+ charge {"ok":true}'],
  ['{"id":7,"total":1.0}', '{"id":7,"total":2.0}', "~ total 2.0"],
  ['{"id":7,"card":"visa"}', '{"id":7}', "- card"],
  ['{"o":{"id":7,"n":1}}', '{"o":{"id":7,"n":2,"at":[1]}}', "~ o.n 2, + o.at [1]"],
  ['{"id":7,"o":{"a":1}}', '{"id":7,"o":{"b":2}}', '~ o {"b":2}'],
  ['{"id":7,"l":[1]}', '{"id":7,"l":[1,2]}', "~ l [1,2]"],
  ['{"id":7,"__proto__":1}', '{"id":7,"__proto__":2}', "~ __proto__ 2"],
  ['{"id":7, "n":1}', '{"n":1,"id":7}', "unchanged"],
  ["{}", "{}", undefined],
  ["{}", '{"a":1}', undefined],
  ['{"id":7}', '{"ok":true}', undefined],
  ['{"id":7}', "[7]", undefined],
  ["[7]", '{"id":7}', undefined],
  [JSON.stringify({ id: 7, text: "x".repeat(20_000) }), '{"id":7}', undefined],
])("%s to %s: %s", (input, output, told) => {
  expect(whatChanged(input, output)).toBe(told);
});
