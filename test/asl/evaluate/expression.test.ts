/**
 * JSONata: recordings of the service, the functions in which it differs from the package (with what was
 * measured on the service), and a table of hostile inputs. What is refused beforehand is compiled.test.ts.
 */
import { beforeAll, describe, expect, test } from "vitest";
import {
  compileExpression,
  type Expression,
  evaluateExpression,
  expectType,
} from "../../../lib/asl/evaluate/expression.ts";
import { compileTemplate, evaluateTemplate } from "../../../lib/asl/evaluate/template.ts";
import { isObject, parseJson, type Value } from "../../../lib/asl/json.ts";
import { outcome, outcomeLater, recordings, recordingsMissing, scopeOf } from "./recordings.ts";

const input = parseJson(
  '{"a":1,"s":"abc","price":1.0,"nothing":null,"map":{"b":1,"1":2},"items":[{"p":1,"q":"x"},{"p":2,"q":"y"}],"__proto__":{"p":3}}',
);

function compiled(source: string, field = "Output/r"): Expression {
  const expression = compileExpression(source, field);
  if ("kind" in expression) throw new Error(expression.message);
  return expression;
}

function evaluate(source: string, field?: string): Promise<string> {
  const scope = scopeOf(input, { variables: new Map<string, Value>([["v", { x: [7] }]]), result: { ok: true } });
  return outcomeLater(() => evaluateExpression(compiled(source, field), scope));
}

// The first evaluation prepares the functions; hostile inputs are timed.
beforeAll(() => evaluate("$millis()"));

describe.skipIf(recordingsMissing)(
  `as recorded (${recordingsMissing ?? "evaluate_jsonata, intrinsic_functions, outputdecl"})`,
  () => {
    const areas = ["evaluate_jsonata", "intrinsic_functions", "outputdecl"];
    const cases = areas.flatMap(recordings).filter(({ definition }) => {
      const state = definition.States[definition.StartAt];
      return state?.["Type"] === "Pass" && state["Output"] !== undefined && state["End"] === true;
    });
    test.each(cases.map((recording) => [recording.id, recording] as const))(
      "%s",
      async (_, { definition, input: given, expect: is }) => {
        const output = definition.States[definition.StartAt]?.["Output"] ?? null;
        const template = compileTemplate(output, "JSONata", "Output");
        if (template.kind === "problems") throw new Error(JSON.stringify(template.problems));
        expect(JSON.parse(await outcomeLater(() => evaluateTemplate(template.template, scopeOf(given))))).toEqual(
          is.output,
        );
      },
    );
  },
);

describe.skipIf(recordingsMissing)(`results of a wrong type (${recordingsMissing ?? "scenarios"})`, () => {
  const cases = recordings("scenarios").filter(({ id }) => id.includes("items_eval_jsonata_variable_sampling_fail"));
  test.each(cases.map((recording) => [recording.id, recording] as const))(
    "%s",
    async (_, { definition, expect: is }) => {
      const assigned = Object.values(definition.States).flatMap((state) =>
        isObject(state["Assign"]) && state["Assign"]["ItemsVar"] !== undefined ? [state["Assign"]["ItemsVar"]] : [],
      );
      const assign = compileTemplate(assigned[0] ?? null, "JSONata", "Assign/ItemsVar");
      if (assign.kind === "problems") throw new Error(JSON.stringify(assign.problems));
      const items = compiled("{% $ItemsVar %}", "Items");
      const scope = scopeOf(
        {},
        { variables: new Map([["ItemsVar", await evaluateTemplate(assign.template, scopeOf({}))]]) },
      );
      const value = await evaluateExpression(items, scope);
      expect(outcome(() => expectType(items, value, "array"))).toBe(
        `${is.error}: ${is.cause?.replace(/^An error occurred .*? \(entered at the event id #\d+\)\. /, "")}`,
      );
    },
  );
});

describe("values in and out", () => {
  test.each([
    ["$states.input.a + $v.x[0]", "8"],
    ["{% $states.input.items[p > 1].q %}", '"y"'],
    ["$states.input.items.p", "[1,2]"],
    ["$states.input.items[p = 1].[q]", '["x"]'],
    ["$states.context.Execution.Name", '"run-1"'],
    ["$states.result.ok", "true"],
    ["$states.input.nothing", "null"], // floci#2665: null is a value
    ["$states.input.price", "1"], // floci, measured: 1.0 becomes 1
    ["$states.input.__proto__", '{"p":3}'],
    ["$keys($states)", '["input","context","result"]'],
    ["{'b': 1, 'a': [1, {'c': null}]}", '{"b":1,"a":[1,{"c":null}]}'],
    ["$merge([{'__proto__': 1}, {'a': 2}])", '{"__proto__":1,"a":2}'],
    ["1/0", '"Infinity"'], // floci, measured: these four
    ["[1/0, -1/0]", '["Infinity","-Infinity"]'],
    ["{'k': 0/0}", '{"k":"NaN"}'],
    ["$parseInteger('abc', '0')", '"NaN"'],
    ["($x := 5; $f := function($y) { $y * $x }; $f(2))", "10"],
    ["$string($states.input.map)", '"{\\"1\\":2,\\"b\\":1}"'],
    ["$now()", '"2026-01-02T03:04:05.000Z"'],
    ["$now('[Y]', '+0000')", '"2026"'],
    ["$millis()", "1767323045000"],
  ])("%s: %s", async (source, expected) => {
    expect(await evaluate(source)).toBe(expected);
  });

  test("exact numbers inside a payload become plain, the payload stays", async () => {
    expect(await evaluate("$string($states.input.price)")).toBe('"1"');
    expect(isObject(input) && input["price"]).not.toBe(1);
  });
});

const failed = (what: string) => (source: string) =>
  `States.QueryEvaluationError: The JSONata expression '${source}' specified for the field 'Output/r' ${what}`;
const nothing = failed("returned nothing (undefined).");
const unsupported = failed("returned an unsupported result type.");
const coded = (text: string) => failed(`threw an error during evaluation. ${text}`);
const limited = (text: string) => failed(`threw an error during evaluation: ${text}`);
const memory = limited("Expression evaluation memory limit exceeded: Check for excessive memory usage");
const timeout = limited("Expression evaluation timeout: Check for infinite loop");
const stack = limited(
  "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
);

describe("the service's own functions", () => {
  // Sources: DG (developer guide, transforming-data), 2c (features.md), and what floci's tests say was measured on AWS.
  test.each<[string, string | ((source: string) => string)]>([
    ["$partition([1,2,3,4,5], 2)", "[[1,2],[3,4],[5]]"], // DG
    ["$partition([1,2,3,4,5], 2.9)", "[[1,2],[3,4],[5]]"], // 2c.4
    ["$partition([1,2,3])", "[[1,2,3]]"],
    ["$partition([1,2,3], 0)", nothing], // 2c.4
    ["$partition([1,2,3,4], -0.5)", nothing],
    ["$partition([], 2)", nothing],
    ["$partition([1,2,3], -1)", coded("D3137: Second argument must be zero or greater")],
    ["$range(0, 10, 2)", "[0,2,4,6,8,10]"], // DG
    ["$range(10, 0, -2)", "[10,8,6,4,2,0]"],
    ["$range(-1.7, 2, 1)", "[-1,0,1,2]"],
    ["$range(5, 1, -1.5)", "[5,4,3,2,1]"],
    ["$range(3, 3, 1)", "3"], // recorded: one number comes out by itself
    ["$range(5, 1, 1)", nothing],
    ["$range(1, 5, 0)", nothing], // 2c.4
    ["$range(1, 5)", nothing], // 2c.4
    ["$range(1)", coded('T0410: Argument 2 of function "range" does not match function signature')],
    ["$count($range(1, 360145, 1))", "360145"],
    ["$range(1, 360146, 1)", memory],
    ["$range(1, 1000000000, 1)", memory],
    ["$hash('input', 'SHA-1')", '"140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"'], // DG
    ["$hash('ñ', 'MD5')", '"94e9342ecbb1458b6043ecd3bfcbc192"'],
    ["$hash('a')", nothing],
    ["$hash()", coded('T0410: Argument 1 of function "hash" does not match function signature')], // 2c.4
    ["$hash(42, 'MD5')", coded('T0410: Argument 1 of function "hash" does not match function signature')],
    ["$random(42)", "0.7275636800328681"], // features 2.20
    ["$random(0.9)", "0.730967787376657"],
    ["$random(7)", "0.7306990420600421"],
    ["$random() = $random()", "false"],
    ["$random(1, 2)", coded('T0410: Argument 2 of function "random" does not match function signature')],
    ["$uuid() = $uuid()", "false"],
    ["$uuid('x')", coded('T0410: Argument 1 of function "uuid" does not match function signature')],
    ['$parse(\'{"b":1.0,"a":[2]}\')', '{"b":1,"a":[2]}'],
    ["$map(['{\"a\":1}', '{\"a\":2}'], $parse).a", "[1,2]"],
    ["$parse('null')", "null"],
    ["$parse()", nothing], // 2c.4
    ["$parse(null)", coded('T0410: Argument 1 of function "parse" does not match function signature')],
    ["$parse('')", coded("D3137: Invalid JSON")],
    ["$parse('[1,2] [3]')", coded("D3137: Invalid JSON")],
    ['$parse(\'{"a":1,"a":2}\')', coded("D3137: Invalid JSON")],
    ["$parse('[1e400]')", coded("D3137: Invalid JSON")],
    // Java's, by what sfnx's documentation says was measured on AWS.
    ["$base64encode('日本 a')", '"5pel5pysIGE="'],
    ["$base64decode('5pel5pysIGE=')", '"日本 a"'],
    ["$base64decode('YWJ')", '"ab"'],
    ["$base64decode('!!')", coded("D3137: Invalid base64")],
    ["$decodeUrlComponent('my+file%2B1%20%E6%97%A5.csv')", '"my file+1 日.csv"'],
    ["$decodeUrlComponent('a%E6b')", '"a\ufffdb"'],
    ["$decodeUrlComponent('%zz')", coded('D3140: Malformed URL passed to $decodeUrlComponent(): "%zz"')],
    ["$decodeUrl('https://a.b/c+d?%3D')", '"https://a.b/c d?="'],
    ["$exists($decodeUrlComponent($states.input.none)) or $exists($base64encode($states.input.none))", "false"],
    ["$partition([])", "[[]]"],
    ["$partition([1], $states.input.none)", "[[1]]"],
    ["$parse(\"{'a': 'b\\\\'c', \\\"d\\\": ['\\\"', \\\"'\\\"]}\")", `{"a":"b'c","d":["\\"","'"]}`],
    ['$parse("\'a")', coded("D3137: Invalid JSON")],
    ["$fromMillis(0, '[H01][Z]', 'utc')", '"00+00:00"'],
    ["$fromMillis(0, '[H01]', '+0200')", '"02"'],
    ["$length($now('[H01]:[m01]', 'UTC'))", "5"],
    [
      "$map(['2024-01-01T00:00:00Z'], $toMillis)",
      coded('T0410: Argument 2 of function "map" does not match function signature'),
    ],
    ["$map([0], $fromMillis)", coded('T0410: Argument 2 of function "map" does not match function signature')],
    ["$replace('\u00a0 a\u3000', /^\\s+|\\s+$/, '')", '"\u00a0 a\u3000"'],
    ["$replace('\u00a0a b\t', /\\S/, '.')", '"..\u0020.\\t"'],
    ["$split('a \tb-c', /[\\s-]+/)", '["a","b","c"]'],
    ["$match('x\\\\s', /\\\\s/).index", "1"],
    ["$eval ('1+1')", coded("T1006: Attempted to invoke a non-function")], // features 2.19
    ["$formatNumber(1, 'x')", formatNumberText],
  ])("%s", async (source, expected) => {
    expect(await evaluate(source)).toBe(typeof expected === "string" ? expected : expected(source));
  });

  test.each([["$hash('a', 'md5')"], ["$hash('a', 'SHA3-256')"]])("%s: D3137", async (source) => {
    expect(await evaluate(source)).toContain(" threw an error during evaluation. D3137: ");
  });

  test("T0412 of $partition, whose exact text is not known", async () => {
    expect(await evaluate("$partition('str', 2)")).toContain(
      'threw an error during evaluation. T0412: Argument 1 of function "partition" must be an array of ',
    );
  });

  test("a UUID is one", async () => {
    expect(await evaluate("$uuid()")).toMatch(
      /^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$/,
    );
  });

  function formatNumberText(source: string): string {
    return coded(
      "D3086: The sub-picture must not contain a passive character that is preceded by an active character and that is " +
        "followed by another active character",
    )(source);
  }
});

describe("whole numbers that fit in Java's long come out as they went in", () => {
  const ids = parseJson(
    '{"id":9007199254740993,"most":9223372036854775807,"least":-9223372036854775807,"list":[1850000000000000001,1.0],' +
      '"beyond":12345678901234567890,"power":1e17,"twins":[7000000000000000001,7000000000000000002]}',
  );
  test.each([
    ["$states.input.id", "9007199254740993"],
    ["$states.input.[most, least]", "[9223372036854775807,-9223372036854775807]"],
    ["{'a': $states.input.list, 'b': $v}", '{"a":[1850000000000000001,1],"b":1234567890123456789}'],
    ["$states.input.list[0] = $states.input.list[0] ? $states.input.list[0]", "1850000000000000001"],
    ["$states.result.id", "9007199254740995"],
    ["$parse('[9007199254740997]')[0]", "9007199254740997"],
    // A double on the service, too.
    ["$states.input.beyond", "12345678901234567000"],
    ["$states.input.power", "100000000000000000"],
    // Where two became the same number nobody knows which it was.
    ["$states.input.twins[1]", "7000000000000000000"],
  ])("%s: %s", async (source, expected) => {
    const variables = new Map([["v", parseJson("1234567890123456789")]]);
    const scope = scopeOf(ids, { variables, result: parseJson('{"id":9007199254740995}') });
    expect(await outcomeLater(() => evaluateExpression(compiled(source), scope))).toBe(expected);
  });
});

describe("the package's functions that are replaced do as before", () => {
  test.each([
    ["$pad('foo', 5)", '"foo  "'],
    ["$pad('foo', -5, '#')", '"##foo"'],
    ["$pad('35', -5, '012')", '"01235"'],
    ["$pad('x', 8, 'ab')", '"xabababa"'],
    ["$pad('x', 2, 'abc')", '"xa"'],
    ["$pad('foo', 2)", '"foo"'],
    ["$pad('é', 3, 'ü')", '"éüü"'],
    ["$join(['a','b','c'], ', ')", '"a, b, c"'],
    ["$join('a')", '"a"'],
    ["$max([1,10,4])", "10"],
    ["$min([3,-1])", "-1"],
    ["$sort([3,1,2])", "[1,2,3]"],
    ["$sort(['b','a','B'])", '["B","a","b"]'],
    ["$sort([3,1,2], function($l, $r) { $l < $r })", "[3,2,1]"],
    ["$distinct([1,'1',1,null,null,{'a':1,'b':2},{'b':2,'a':1},[1],[1]])", '[1,"1",null,{"a":1,"b":2},[1]]'],
    ["$distinct($states.input.items.p)", "[1,2]"],
    ["$count($shuffle([1,2,3]))", "3"],
    ["$toMillis('2024-01-01T00:00:00Z')", "1704067200000"],
    ["$fromMillis(1704067200000, '[Y]-[M01]-[D01]')", '"2024-01-01"'],
    ["$formatNumber(1234.5678, '#,##0.00')", '"1,234.57"'],
    ["$formatInteger(2789, 'w')", '"two thousand, seven hundred and eighty-nine"'],
    ["$replace('abc', /b(.)/, '$1-')", '"ac-"'],
    ["$match('ababab', /a(b)/).index", "[0,2,4]"],
    ["$split('a1b22c', /[0-9]+/)", '["a","b","c"]'],
    ["$contains('Hello', /hello/i)", "true"],
    ["$contains('aXbX-aXbX and more text', /(aXbX)-\\1/)", "true"],
    ["$replace('price 12 and 7', /[0-9]+(?= and)/, 'n')", '"price n and 7"'],
  ])("%s: %s", async (source, expected) => {
    expect(await evaluate(source)).toBe(expected);
  });
});

describe("failures", () => {
  test.each<[string, (source: string) => string]>([
    ["$states.input.none", nothing],
    ["$doesNotExist", nothing],
    ["$states.errorOutput", nothing],
    ["$sum", unsupported],
    ["function($x) { $x }", unsupported],
    ["[function($x) { $x }]", unsupported],
    ["$nope()", coded("T1006: Attempted to invoke a non-function")],
    ["$error('boom')", coded("D3137: boom")],
    ["$number('x')", coded('D3030: Unable to cast value to a number: "x"')],
    ["$sum(['a'])", coded('T0412: Argument 1 of function "sum" must be an array of "numbers"')], // floci#2668
    ["1 + 'a'", coded('T2002: The right side of the "+" operator must evaluate to a number')],
  ])("%s", async (source, expected) => {
    expect(await evaluate(source)).toBe(expected(source));
  });

  test("say where", async () => {
    await expect(evaluateExpression(compiled("$x", "Choices[1]/Condition"), scopeOf({}))).rejects.toMatchObject({
      error: "States.QueryEvaluationError",
      location: "Choices[1]/Condition",
    });
  });

  test.each<[Value, Parameters<typeof expectType>[2], string]>([
    [parseJson("1.0"), "number", "1.0"],
    [null, "null", "null"],
    [{}, "object", "{}"],
    [true, "boolean", "true"],
    [
      "1",
      "number",
      failed(`returned an unexpected result type. Expected 'number', but was 'string' for value: "1"`)("$x"),
    ],
    [
      [1],
      "boolean",
      failed("returned an unexpected result type. Expected 'boolean', but was 'array' for value: [1]")("$x"),
    ],
  ])("%j as %s", (value, type, expected) => {
    expect(outcome(() => expectType(compiled("$x"), value, type))).toBe(expected);
  });
});

describe("hostile inputs end, and soon", () => {
  const recursion = "($f := function($x){ $x <= 0 ? 0 : 1 + $f($x-1) }; $f";
  const doubling = "($f := function($s, $n){ $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f('x', ";
  const manyA = "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'";
  test.each<[string, string | ((source: string) => string)]>([
    // Depth: the service accepts the first of each pair and refuses the second (floci#2737, measured).
    [`1${"+1".repeat(99)}`, "100"],
    [`1${"+1".repeat(100)}`, stack],
    [`${"(".repeat(99)}1${")".repeat(99)}`, "1"],
    [`${"(".repeat(100)}1${")".repeat(100)}`, stack],
    [`1${"~>$string".repeat(99)}`, '"1"'],
    [`1${"~>$string".repeat(100)}`, stack],
    [`${recursion}(31))`, "31"],
    [`${recursion}(32))`, stack],
    // Memory: likewise.
    ["[1..873782] ~> $count()", "873782"],
    ["[1..873783] ~> $count()", memory],
    ["$sum([1..900000])", memory],
    ["[1..1000000000]", memory],
    [`${doubling}22)))`, "4194304"],
    [`${doubling}23)))`, memory],
    ["$pad('x', 400000000)", memory], // the package alone: the process dies
    ["$pad('x', 7000000, $pad('', 1000000, 'ab'))", memory],
    ["$join($map([1..1000], function($i) { $pad('', 100000) }), 'x')", memory],
    ["$count($map([1..1000], function($i) { [1..800000] }))", endsSomehow],
    ["$count($match($pad('', 6000000, 'a'), /a/))", endsSomehow],
    ["$split($pad('', 6000000, 'a'), '')", memory],
    // Shared branches: small in memory, 2^40 for whoever walks them.
    ["($f := function($x, $n) { $n = 0 ? $x : $f([[$x], [$x]], $n - 1) }; $f(1, 40) = $f(1, 40))", memory],
    ["($f := function($x, $n) { $n = 0 ? $x : $f({'l': $x, 'r': $x}, $n - 1) }; $string($f(1, 40)))", memory],
    ["($f := function($x, $n) { $n = 0 ? $x : $f([[$x]], $n - 1) }; $f(1, 1200))", memory],
    // Time.
    ["($f := function($x) { $f($x + 1) }; $f(1))", timeout],
    ["$map([1..100000], function($i) { $map([1..100000], function($j) { $i * $j }) })", endsSomehow],
    ["$count($distinct([1..100000]))", "100000"], // the package alone: 5 * 10^9 comparisons
    ["$count($sort([1..100000]))", "100000"],
    ["$max([1..200000])", "200000"], // the package alone: stack overflow
    [`$match(${manyA}, /^(a+)+$/)`, nothing], // V8's linear engine
    [`$match(${manyA}, /^(?=a)(a+)+$/)`, timeout], // the watchdog
    [`$match(${manyA}, /^(a+)+$/i)`, timeout],
    [`$replace(${manyA}, /^((a+){1,9})+$/, '')`, timeout],
    ["$toMillis($pad('', 100000, '1'), '[f1][f1][f1][f1][f1][f1]')", memory],
    ["$formatNumber(1, $pad('', 100000, '0'))", memory],
    // Prototypes and code.
    ["$states.input.constructor", nothing],
    ["$lookup($states.input, 'constructor')", nothing],
    ["$states.input.items.constructor.constructor('return 1')()", nothing],
    [
      "{'_jsonata_function': true}",
      coded('D1013: Object property names starting with _jsonata_ are reserved for internal use: "_jsonata_function"'),
    ],
  ])("%s", async (source, expected) => {
    const before = process.cpuUsage();
    const told = await evaluate(source);
    expect(told).toBe(typeof expected === "string" ? expected : expected === endsSomehow ? told : expected(source));
    expect(told).not.toContain("internal error");
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(3000); // ms; one second, and what a single call may take beyond
  });

  /** Whether time or memory ends it depends on the machine. */
  function endsSomehow(source: string): string {
    return source;
  }

  test("data that pretends to be a function of the package is data or an error, never code", async () => {
    const pretender = parseJson(
      '{"f":{"_jsonata_lambda":true,"_jsonata_function":true,"implementation":"x","body":{"type":"x"}}}',
    );
    for (const source of [
      "$states.input.f",
      "$states.input.f(1)",
      "$map([1], $states.input.f)",
      "$string($states.input.f)",
    ]) {
      expect(await outcomeLater(() => evaluateExpression(compiled(source), scopeOf(pretender)))).toMatch(
        /^(?:States\.QueryEvaluationError|"")/,
      );
    }
  });

  test("a payload larger than the service's limit can still be handed on", async () => {
    const large: Value = { text: "x".repeat(8_000_000), a: 1 };
    const told = await outcomeLater(() =>
      evaluateExpression(compiled("$states.input ~> |$|{'a': 2}|"), scopeOf(large)),
    );
    expect(told).toHaveLength(JSON.stringify(large).length);
  });
});
