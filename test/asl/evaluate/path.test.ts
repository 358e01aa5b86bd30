/**
 * JSONPath: a table of what each path finds, the texts of what it does not find, and a comparison with
 * `jsonpath-plus` on the part of the language where the two mean the same.
 */
import fc from "fast-check";
import { JSONPath } from "jsonpath-plus";
import { describe, expect, test } from "vitest";
import {
  compilePath,
  compileReferencePath,
  findPath,
  isProblem,
  type Path,
  place,
  readPath,
} from "../../../lib/asl/evaluate/path.ts";
import { parseJson, type Value, writeJson } from "../../../lib/asl/json.ts";
import { outcome, scopeOf } from "./recordings.ts";

const document: Value = {
  a: 1,
  n: null,
  arr: [1, 2, 3, 4, 5],
  s: "str",
  "b-c": 5,
  "key with blank": 6,
  items: [
    { p: 5, t: "a", q: "x" },
    { p: 15, t: "B" },
    { p: "10", t: "ab" },
    { t: "z", p: null },
  ],
  deep: { x: { a: [1, 2] }, y: { a: [3] } },
  flags: [{ on: true }, { on: false }, {}],
};

function compiled(source: string): Path {
  const path = compilePath(source);
  if (isProblem(path)) throw new Error(path.message);
  return path;
}

function read(source: string, input: Value = document): string {
  return outcome(() => readPath(compiled(source), scopeOf(input, { variables: new Map([["v", { x: [7] }]]) })));
}

describe("what a path finds", () => {
  test.each([
    // A definite path gives the value itself (reliability.md 4.2, measured with Jayway 2.9).
    ["$", writeJson(document)],
    ["$.a", "1"],
    ["$['a']", "1"],
    ['$["key with blank"]', "6"],
    ["$.b-c", "5"],
    ["$.n", "null"],
    ["$.arr[0]", "1"],
    ["$.arr[-1]", "5"],
    ["$.items[0].t", '"a"'],
    ["$['a','s','none']", '{"a":1,"s":"str"}'],
    // Past the end of an array is null (measured by floci#3167).
    ["$.arr[9]", "null"],
    // An indefinite one a list, empty when nothing matches (localstack#12318, #13009).
    ["$.arr[0:2]", "[1,2]"],
    ["$.arr[2:]", "[3,4,5]"],
    ["$.arr[-2:]", "[4,5]"],
    ["$.arr[:-2]", "[1,2,3]"],
    ["$.arr[:0]", "[]"],
    ["$.arr[9:]", "[]"],
    ["$.arr[1:4:2]", "[2,3,4]"],
    ["$.arr[0,2]", "[1,3]"],
    ["$.arr[0,9]", "[1,null]"],
    ["$.items[0:1].t", '["a"]'],
    ["$.items[*].t", '["a","B","ab","z"]'],
    ["$.items[*].q", '["x"]'],
    ["$.items[*]['p','q']", '[{"p":5,"q":"x"},{"p":15},{"p":"10"},{"p":null}]'],
    ["$.none[*]", "[]"],
    ["$.item.items[1:5].itemValue", "[]"],
    ["$.s[*]", "[]"],
    // Wildcards over objects (localstack#12960).
    ["$.deep.*", '[{"a":[1,2]},{"a":[3]}]'],
    ["$.deep.*.a", "[[1,2],[3]]"],
    ["$.deep[*].a[*]", "[1,2,3]"],
    ["$.deep..a", "[[1,2],[3]]"],
    ["$.deep..a[*]", "[1,2,3]"],
    ["$..p", '[5,15,"10",null]'],
    // Filters: existence counts, also of null and false; 10 equals "10"; an order needs one type (localstack#9937, #10603).
    ["$.items[?(@.p)].t", '["a","B","ab","z"]'],
    ["$.flags[?(@.on)]", '[{"on":true},{"on":false}]'],
    ["$.flags[?(@.on == true)]", '[{"on":true}]'],
    ["$.flags[?(!@.on)]", "[{}]"],
    ["$.items[?(@.p==10)].t", '["ab"]'],
    ["$.items[?(@.p == '5')].t", '["a"]'],
    ["$.items[?(@.p > 4)].t", '["a","B"]'],
    ["$.items[?(@.p >= 5 && @.p < 15)].t", '["a"]'],
    ["$.items[?(@.t != 'a')].t", '["B","ab","z"]'],
    ["$.items[?(@.q != 'x')].t", '["B","ab","z"]'],
    ["$.items[?(@.p == null)].t", '["z"]'],
    ["$.items[?(@.t==ab)].p", '["10"]'],
    ["$.items[?(@.t in [a, z])].t", '["a","z"]'],
    ["$.items[?(@.t == nullable || @.t == true)].t", "[]"],
    ["$.items[?(@.t == 'a' || (@.t == 'z' && !(@.q)))].t", '["a","z"]'],
    ["$.items[?(@.t in ['a','z'])].t", '["a","z"]'],
    ["$.items[?(@.t nin ['a','z'])].t", '["B","ab"]'],
    ["$.items[?(@.p > $.a)].t", '["a","B"]'],
    ["$.arr[?(@ > 2)]", "[3,4,5]"],
    ["$.deep.x[?(@.a)]", '[{"a":[1,2]}]'],
    ["$.[?(@.p)]", "[]"],
    // An index after a filter applies to each match: a common trap, and so on the service.
    ["$.items[?(@.p>10)][0]", "[]"],
    ["$$.Execution.Name", '"run-1"'],
    ["$v.x[0]", "7"],
    ["$v", '{"x":[7]}'],
  ])("%s: %s", (source, expected) => {
    expect(read(source)).toBe(expected);
  });
});

describe("what it does not find", () => {
  const notAnObject = (property: string, where: string, type: string) =>
    `Expected to find an object with property ['${property}'] in path ${where} but found '${type}'. ` +
    "This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.";
  const node = (name: string) => `com.fasterxml.jackson.databind.node.${name}`;
  test.each([
    // The first two texts are recorded (scenarios/test_catch_states_runtime), the others are Jayway's.
    ["$.no.such.result.path", "Missing property in path $['no']"],
    ["$.missing", "No results for path: $['missing']"],
    ["$.deep.none", "No results for path: $['deep']['none']"],
    ["$.n.x", notAnObject("x", "$['n']", node("NullNode"))],
    ["$.s.x", notAnObject("x", "$['s']", node("TextNode"))],
    ["$.a.x", notAnObject("x", "$['a']", node("IntNode"))],
    ["$.arr.length", notAnObject("length", "$['arr']", node("ArrayNode"))],
    ["$.arr[9].x", notAnObject("x", "$['arr'][9]", "null")],
    ["$.s[0]", 'Filter: [0] can only be applied to arrays. Current context is: "str"'],
    ["$.s[1:]", 'Filter: [1:] can only be applied to arrays. Current context is: "str"'],
    ["$['a','s'].x", "Multi properties can only be used as path leafs: $['a','s']"],
    ["$.constructor", "No results for path: $['constructor']"],
    ["$.__proto__", "No results for path: $['__proto__']"],
    ["$v.y", "No results for path: $['y']"],
    ["$unknown", "No results for path: $['unknown']"],
  ])("%s: %s", (source, reason) => {
    expect(read(source)).toBe(`States.Runtime: Invalid path '${source}' : ${reason}`);
  });

  test("on null there is no path but '$' itself", () => {
    expect(read("$", null)).toBe("null");
    expect(read("$.a", null)).toBe("States.Runtime: Unable to apply Path transformation to null or empty input.");
    expect(read("$$.Execution.Name", null)).toBe('"run-1"');
  });

  test("a path that starts with an array step on an object fails (localstack#12318)", () => {
    expect(read("$[0:2].a", {})).toBe(
      "States.Runtime: Invalid path '$[0:2].a' : Filter: [0:2] can only be applied to arrays. Current context is: {}",
    );
  });
});

describe("what is no path", () => {
  test.each([
    ["a", "unexpected 'a' at position 0 of 'a'"],
    ["", "unexpected end at position 0 of ''"],
    ["$.", "unexpected end at position 2 of '$.'"],
    ["$.arr[", "unexpected end at position 6 of '$.arr['"],
    ["$ .a", "unexpected ' ' at position 1 of '$ .a'"],
    ["$[a]", "unexpected 'a' at position 2 of '$[a]'"],
    ["$.arr[::2]", "unexpected ':' at position 7 of '$.arr[::2]'"],
    ["$.items[(@.length-1)]", "unexpected '(' at position 8 of '$.items[(@.length-1)]'"],
    ["$.items[?(@.t =~ /a/)]", "unexpected '=' at position 14 of '$.items[?(@.t =~ /a/)]'"],
    ["$['a", "unexpected end at position 4 of '$['a'"],
    ["$.a $.b", "unexpected ' ' at position 3 of '$.a $.b'"],
    [`$[?(${"(".repeat(200)}@.a`, "more than 100 levels of nesting"],
  ])("%s", (source, message) => {
    const problem = compilePath(source);
    expect(isProblem(problem) && problem.message).toContain(message);
  });
});

describe("what a path may look at", () => {
  test.each<[string, readonly string[], boolean]>([
    ["$.Execution.Input", [], false],
    ["$$", [], true],
    ["$$.Execution", [], true],
    ["$$.Execution.Input.x", [], true],
    ["$$.Execution.Name", [], false],
    ["$$..Value", [], true],
    ["$name.a", ["name"], false],
  ])("%s", (source, variables, executionInput) => {
    expect(compiled(source).references).toEqual({ variables, executionInput });
  });
});

describe("against jsonpath-plus", () => {
  // Left out, as the two differ there: negative indexes and slices with a step or a negative bound, filters (truth
  // instead of existence), several keys in a bracket, strings as lists of characters, an index past the end.
  const keys = ["a", "b", "c"];
  const { value: documents } = fc.letrec<{ value: Value; node: Value }>((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.boolean(), fc.constant(null), tie("value")),
    value: fc.oneof(
      { maxDepth: 4 },
      fc.dictionary(fc.constantFrom(...keys), tie("node"), { maxKeys: 3 }),
      fc.array(tie("node"), { maxLength: 4 }),
    ),
  }));
  const step = fc.oneof(
    fc.constantFrom(...keys).map((key) => `.${key}`),
    fc.constantFrom(...keys).map((key) => `['${key}']`),
    fc.constantFrom("[*]", ".*"),
  );

  test("keys and wildcards find the same", () => {
    fc.assert(
      fc.property(documents, fc.array(step, { minLength: 1, maxLength: 4 }), (json, steps) => {
        const source = `$${steps.join("")}`;
        const theirs: unknown = JSONPath({ path: source, json: JSON.parse(writeJson(json)), eval: false });
        const path = compiled(source);
        const found = findPath(path, scopeOf(json));
        const ours = path.definite ? (found === undefined ? [] : [found]) : (found ?? []);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 1000 },
    );
  });

  test("slices and unions find the same", () => {
    const bound = fc.nat({ max: 6 });
    const selector = fc.oneof(
      fc.tuple(bound, fc.integer({ min: 1, max: 6 })).map(([from, to]) => `[${from}:${to}]`),
      bound.map((from) => `[${from}:]`),
      fc.integer({ min: 1, max: 6 }).map((to) => `[:${to}]`),
    );
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 6 }), selector, (json, source) => {
        const theirs: unknown = JSONPath({ path: `$${source}`, json, eval: false });
        expect(findPath(compiled(`$${source}`), scopeOf(json))).toEqual(theirs);
      }),
    );
  });
});

test("no text makes the compiler hang or crash", () => {
  const scraps = fc.string({ unit: fc.constantFrom(..."$.@*?()[]'\",:!=<>&|-01a "), maxLength: 30 });
  fc.assert(
    fc.property(scraps, (text) => {
      const path = compilePath(`$${text}`);
      if (!isProblem(path)) findPath(path, scopeOf(document));
    }),
    { numRuns: 5000 },
  );
});

test("a path that leads everywhere ends", () => {
  const chain = Array.from({ length: 500 }).reduce<Value>((inner) => [inner], 1);
  expect(read("$..*..*..*", chain)).toBe("States.Runtime: The path leads to more than 1000000 nodes.");
});

describe("where a result goes", () => {
  const put = (source: string, input: string, value: Value = "new") =>
    outcome(() => {
      const path = compileReferencePath(source);
      if (isProblem(path)) throw new Error(path.message);
      const before = parseJson(input);
      const placed = place(before, path, value);
      expect(writeJson(before)).toBe(input);
      return placed;
    });
  test.each([
    ["$", '{"a":1}', '"new"'],
    ["$.a", '{"a":1,"b":2.0}', '{"a":"new","b":2.0}'],
    ["$.b", '{"a":1}', '{"a":1,"b":"new"}'],
    ["$.x.y.z", "{}", '{"x":{"y":{"z":"new"}}}'],
    ["$['x y'].z", '{"x y":{"a":1}}', '{"x y":{"a":1,"z":"new"}}'],
    ["$.list[1]", '{"list":[1,2]}', '{"list":[1,"new"]}'],
    ["$.list[0].a", '{"list":[{}]}', '{"list":[{"a":"new"}]}'],
    ["$.__proto__.polluted", "{}", '{"__proto__":{"polluted":"new"}}'],
    // Texts that were seen on the service: aws-cdk#29473, and what its users write of States.ReferencePathConflict.
    [
      "$.partitioned",
      '"text"',
      'States.ReferencePathConflict: Unable to apply ReferencePath $.partitioned to input "text"',
    ],
    ["$.all", "[1]", 'States.ReferencePathConflict: Unable to apply step "all" to input [1]'],
    ["$.a.b", '{"a":1}', 'States.ReferencePathConflict: Unable to apply step "b" to input {"a":1}'],
    ["$.list[2]", '{"list":[1,2]}', 'States.ReferencePathConflict: Unable to apply step "2" to input {"list":[1,2]}'],
  ])("%s of %s", (source, input, expected) => {
    expect(put(source, input)).toBe(expected);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test.each([["$.a[*]"], ["$$.a"], ["$v"], ["$.a..b"], ["$['a','b']"], ["$.a[-1]"], ["a"]])(
    "%s names no place",
    (source) => {
      expect(isProblem(compileReferencePath(source))).toBe(true);
    },
  );
});
