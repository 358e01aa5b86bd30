/** JSONata when a definition is created: what is refused, and what an expression may look at. */
import { describe, expect, test } from "vitest";
import { compileExpression } from "../../../lib/asl/evaluate/expression.ts";

describe("refused when the definition is created", () => {
  const bare = (name: string) =>
    `UNSUPPORTED_JSONATA_EXPRESSION: Reference to '${name}' at the top level is not supported.`;
  test.each([
    // features 2.18, floci#2745: the parser's own text.
    ["1 +", "INVALID_JSONATA_EXPRESSION: Unexpected end of expression"],
    ["a[1,2)", 'INVALID_JSONATA_EXPRESSION: Expected "]", got ","'],
    ['"unterminated', "INVALID_JSONATA_EXPRESSION: String literal must be terminated by a matching quote"],
    ["", "INVALID_JSONATA_EXPRESSION: Unexpected end of expression"],
    [`${"(".repeat(20_000)}1`, "INVALID_JSONATA_EXPRESSION: Maximum call stack size exceeded"],
    // Operators of later versions than the service's.
    ["$states.input.a ?? 1", 'INVALID_JSONATA_EXPRESSION: The symbol "?" cannot be used as a unary operator'],
    ["$states.input.a ?: 1", 'INVALID_JSONATA_EXPRESSION: The symbol ":" cannot be used as a unary operator'],
    ["[1, $f(2 ?? 3)]", 'INVALID_JSONATA_EXPRESSION: The symbol "?" cannot be used as a unary operator'],
    ["($x.y[0] ?: 1) ? 2 : 3", 'INVALID_JSONATA_EXPRESSION: The symbol ":" cannot be used as a unary operator'],
    // floci#2670: the context item does not exist.
    ["phone", bare("phone")],
    ["phone.number", bare("phone")],
    ["$map($states.input.a, function($x) { b })", bare("b")],
    ["$states.input.a ? yes : 1", bare("yes")],
    ["{'a': b}", bare("b")],
    ["[1, *]", bare("*")],
    ["$", bare("$")],
    ["$$.a", "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported."],
    ["$states.input.items[$$.a]", "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported."],
  ])("%s", (source, expected) => {
    const problem = compileExpression(source, "Output");
    expect("kind" in problem && `${problem.code}: ${problem.message}`).toBe(expected);
  });

  test.each([["$a ? $a : 1"], ["$exists($a) ? $a : $a"], ["$a.b ? ($a.b ? 1 : 2)"], ["$a = '??' ? '?:' : /a??/"]])(
    "%s is an operator that the service has",
    (source) => {
      expect("kind" in compileExpression(source, "Output")).toBe(false);
    },
  );

  test.each([
    ["$states.input.items[value > 3]^(p){k: v}"],
    ["$states.input.items.{'x': q}"],
    ["$states.input.items[$.p = 1]"],
    ["$states.input ~> |items|{'b': p}|"],
    ["$v#$i.x"],
  ])("%s is fine: there is a context item inside", (source) => {
    expect("kind" in compileExpression(source, "Output")).toBe(false);
  });
});

describe("what an expression may look at", () => {
  test.each<[string, readonly string[], boolean, readonly string[] | undefined]>([
    ["$a + $b.c + $a", ["a", "b"], false, []],
    ["($x := $a; $sum([$x, 1]))", ["a"], false, []],
    ["$map($list, function($v, $i) { $v + $i })", ["list"], false, []],
    ["$states.input.x", [], false, ["input"]],
    ["$states.context.Execution.Input.x", [], true, ["context"]],
    ["$states.context.Execution.Name", [], false, ["context"]],
    ["$states.context", [], true, ["context"]],
    ["$states.*", [], true, undefined],
    ["$string($states)", [], true, undefined],
    ["$states['context']", [], true, undefined],
  ])("%s", (source, variables, executionInput, states) => {
    const expression = compileExpression(source, "Output");
    if ("kind" in expression) throw new Error(expression.message);
    const { references } = expression;
    expect({ ...references, variables: [...references.variables].sort() }).toEqual({
      variables,
      executionInput,
      states: states && new Set(states),
    });
  });
});
