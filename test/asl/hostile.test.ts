/**
 * Hostile machines and payloads, whole: each ends as a state that failed with the right error, or as a
 * definition that is refused, within its budget; and whatever comes after it works as before.
 */
import { afterEach, describe, expect, test } from "vitest";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { type Simulated, type SimulateOptions, simulate } from "../../lib/asl/simulate.ts";
import { machine } from "./states/stepping.ts";

/** A second of processor time for what is evaluated, and as much for what is around it on a busy machine. */
const budgetMilliseconds = 3_000;

/** What a test may leave behind on the heap. */
const budgetBytes = 256 * 2 ** 20;

async function within<T>(act: () => Promise<T> | T): Promise<T> {
  const [time, memory] = [process.cpuUsage(), process.memoryUsage().heapUsed];
  const came = await act();
  const { user, system } = process.cpuUsage(time);
  expect((user + system) / 1000).toBeLessThan(budgetMilliseconds);
  expect(process.memoryUsage().heapUsed - memory).toBeLessThan(budgetBytes);
  return came;
}

function run(states: object, input = "{}", options: SimulateOptions = {}, more: object = {}): Promise<Simulated> {
  return within(() => simulate(machine(states, more), input, options));
}

const pass = (fields: object) => ({ A: { Type: "Pass", End: true, ...fields } });
const jsonata = (fields: object) => pass({ QueryLanguage: "JSONata", ...fields });
const nested = (depth: number, core = "1") => `${"[".repeat(depth)}${core}${"]".repeat(depth)}`;
const nestedObject = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** The process lives on: nothing has reached everybody's objects, and machines run as before. */
afterEach(async () => {
  expect(Reflect.get({}, "polluted")).toBeUndefined();
  const after = await simulate(machine(pass({ Result: "well" })), "{}");
  expect(after.output).toBe('"well"');
});

describe("payloads", () => {
  const outer = "The payload cannot be read: ";
  test.each([
    ["arrays in arrays, looked into", pass({ InputPath: "$[0]" }), nested(100_000), "States.Runtime", outer],
    ["objects in objects, looked into", pass({ InputPath: "$.a" }), nestedObject(1_001), "States.Runtime", outer],
    ["a million of them", pass({ Parameters: { "x.$": "$.a" } }), nested(1_000_000), "States.Runtime", outer],
    ["in the context", pass({ InputPath: "$$.Execution.Input" }), nested(1_001), "States.Runtime", outer],
    ["in JSONata's context", jsonata({ Output: "{% $states.context.Execution.Input %}" }), nested(1_001), "States", ""],
    ["deep under JSONata", jsonata({ Output: "{% $states.input.a %}" }), nestedObject(20_000), "States", ""],
    [
      "built up level by level until nobody could write it",
      {
        A: { Type: "Pass", Parameters: { "a.$": "$" }, Next: "B" },
        B: { Type: "Choice", Choices: [{ Variable: "$.stop", IsPresent: true, Next: "C" }], Default: "A" },
        C: { Type: "Succeed" },
      },
      "{}",
      "States.Runtime",
      "",
    ],
    ["$.. over a megabyte", pass({ InputPath: "$..nowhere" }), `{"a":[${"[1],".repeat(200_000)}1]}`, undefined, ""],
    ["$.. upon $..", pass({ InputPath: "$..*..*..*..*" }), `[${nested(300)},${nested(300)}]`, "States.Runtime", ""],
  ])("%s", async (_, states, input, error, cause) => {
    const result = await run(states, input);
    expect(result.failure?.error ?? "").toContain(error ?? "");
    expect(result.failure?.cause ?? "").toContain(cause);
    expect(result.status).toBe(error === undefined ? "SUCCEEDED" : "FAILED");
  });

  test("nobody looks into a payload that is only handed on", async () => {
    const input = nested(100_000);
    expect((await run(pass({}), input)).output).toBe(input);
  });

  test("a task's answer is not trusted either", async () => {
    const states = { A: { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", ResultPath: "$.r", End: true } };
    const deep = await run(states, "{}", { tasks: () => ({ result: JSON.parse(nested(1_000)) }) });
    expect(deep.failure?.error).toBe("States.Runtime");
  });
});

describe("names that objects already have", () => {
  test.each([
    ['{"__proto__":{"polluted":1}}', pass({}), '{"__proto__":{"polluted":1}}'],
    ['{"__proto__":{"polluted":1}}', pass({ InputPath: "$.__proto__" }), '{"polluted":1}'],
    ["1", pass({ Parameters: {}, ResultPath: "$" }), "{}"],
    ["{}", pass({ Result: 1, ResultPath: "$.__proto__.polluted" }), '{"__proto__":{"polluted":1}}'],
    [
      "{}",
      pass({ Result: 1, ResultPath: "$.constructor.prototype.polluted" }),
      '{"constructor":{"prototype":{"polluted":1}}}',
    ],
    ["{}", pass({ Parameters: { "__proto__.$": "$", "constructor.$": "$" } }), '{"__proto__":{},"constructor":{}}'],
    [
      "{}",
      pass({ Parameters: { "x.$": `States.StringToJson('\\{"__proto__":\\{"polluted":1\\}\\}')` } }),
      '{"x":{"__proto__":{"polluted":1}}}',
    ],
    [
      '{"a":{"__proto__":{"polluted":1}}}',
      pass({ Parameters: { "x.$": "States.JsonMerge($.a, $.a, false)" } }),
      '{"x":{"__proto__":{"polluted":1}}}',
    ],
    ["{}", jsonata({ Output: '{% $merge([{"__proto__": {"polluted": 1}}]) %}' }), undefined],
    ["{}", jsonata({ Output: '{% {"__proto__": {"polluted": 1}} %}' }), undefined],
    ["{}", jsonata({ Output: '{% $parse("{\\"__proto__\\":{\\"polluted\\":1}}") %}' }), undefined],
    ["{}", jsonata({ Assign: { constructor: 1, toString: 2 }, Output: "{% $states.input.constructor %}" }), undefined],
  ])("%s in %j", async (input, states, output) => {
    const result = await run(states, input);
    if (output !== undefined) expect(result.output).toBe(output);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("a machine of the state '%s'", async (name) => {
    const text = `{"StartAt":"${name}","States":{"${name}":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}}}`;
    const parsed = parseDefinitionText(text);
    if (parsed.kind === "problems") throw new Error("refused");
    const tasks = JSON.parse(`{"${name}":[{"result":"done"}]}`);
    expect((await simulate(parsed.definition, "{}", { tasks })).output).toBe('"done"');
  });

  test("a Map over an object with such keys", async () => {
    const config = { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" };
    const states = {
      A: {
        Type: "Map",
        Items: "{% $states.input %}",
        ItemSelector: "{% $states.context.Map.Item.Key %}",
        ItemProcessor: { ProcessorConfig: config, StartAt: "I", States: { I: { Type: "Pass", End: true } } },
        End: true,
      },
    };
    const result = await run(states, '{"__proto__":1,"constructor":2}', {}, { QueryLanguage: "JSONata" });
    expect(result.output).toBe('["__proto__","constructor"]');
  });
});

describe("intrinsic functions", () => {
  const many = `[${"1,".repeat(50_000)}1]`;
  const long = `"${"x".repeat(10_001)}"`;
  test.each([
    ["States.ArrayRange(1, 1000000000, 1)", "{}"],
    ["States.ArrayRange(1, 1001, 1)", "{}"],
    ["States.ArrayRange(1, 2, 0)", "{}"],
    ["States.ArrayPartition($, 0)", many],
    ["States.Hash($, 'SHA-1')", long],
    ["States.Base64Encode($)", long],
    ["States.Base64Decode($)", long],
    ["States.MathRandom(1, 99999999999999999999)", "{}"],
    [`${"States.Array(".repeat(500)}1${")".repeat(500)}`, "{}"],
  ])("%s", async (call, input) => {
    const parsed = parseDefinitionText(JSON.stringify({ StartAt: "A", States: pass({ Parameters: { "x.$": call } }) }));
    if (parsed.kind === "problems") return;
    const result = await within(() => simulate(parsed.definition, input));
    expect(result.failure?.error).toBe("States.Runtime");
  });

  test.each([
    ["States.ArrayPartition($, 1)", many],
    ["States.ArrayUnique($)", many],
    ["States.ArrayContains($, 2)", many],
    ["States.StringSplit($, 'x')", long],
    ["States.JsonToString($)", many],
  ])("%s of much takes its time, but not long", async (call, input) => {
    const result = await run(pass({ Parameters: { "x.$": call }, ResultPath: null }), input);
    expect(result.status).toBe("SUCCEEDED");
  });
});

describe("what grows in a loop", () => {
  const loop = (fields: object) => ({
    A: { Type: "Pass", ...fields, Next: "B" },
    B: { Type: "Choice", Choices: [{ Variable: "$.never", IsPresent: true, Next: "C" }], Default: "A" },
    C: { Type: "Succeed" },
  });

  test.each([
    ["a text that doubles", loop({ Parameters: { "t.$": "States.Format('{}{}', $.t, $.t)" } })],
    ["a list that doubles", loop({ Parameters: { "t.$": "States.Array($.t, $.t)" } })],
    ["a result kept in itself", loop({ Parameters: { "t.$": "$", "u.$": "$" } })],
  ])("%s", async (_, states) => {
    const result = await run(states, '{"t":"x"}');
    expect(result.failure?.error).toBe("States.DataLimitExceeded");
  });

  test("variables that double", async () => {
    const states = {
      A: { Type: "Pass", Assign: { v: "x" }, Next: "B" },
      B: { Type: "Pass", Assign: { v: "{% $v & $v %}" }, Next: "C" },
      C: { Type: "Choice", Choices: [{ Condition: "{% false %}", Next: "D" }], Default: "B" },
      D: { Type: "Succeed" },
    };
    const result = await run(states, "{}", {}, { QueryLanguage: "JSONata" });
    expect(result.failure?.error).toBe("States.DataLimitExceeded");
  });

  test("a loop of nothing ends at the limit of transitions", async () => {
    const states = { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } };
    const endless = machine({
      ...states,
      C: { Type: "Succeed" },
      B: { Type: "Choice", Choices: [{ Variable: "$.x", IsPresent: true, Next: "C" }], Default: "A" },
    });
    await expect(within(() => simulate(endless, "{}", { transitionLimit: 20_000 }))).rejects.toThrow(/loop for ever/);
  });
});

describe("JSONata bombs fail their state, and Catch catches them", () => {
  const manyA = "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'";
  test.each([
    "$pad('x', 400000000)",
    "$sum([1..900000])",
    "[1..1000000000]",
    "($f := function($x) { $f($x + 1) }; $f(1))",
    "($f := function($x){ $x <= 0 ? 0 : 1 + $f($x-1) }; $f(10000))",
    "($f := function($s, $n){ $n = 0 ? $s : $f($s & $s, $n - 1) }; $f('x', 30))",
    `$match(${manyA}, /^(?=a)(a+)+$/)`,
    `$replace(${manyA}, /^((a+){1,9})+$/, '')`,
    "$join($map([1..1000], function($i) { $pad('', 100000) }), 'x')",
    "$toMillis($pad('', 100000, '1'), '[f1][f1][f1][f1][f1][f1]')",
    "$string([1..870000])",
    "$eval('1')",
    "$states.input.constructor.constructor('return 1')()",
    "function($x) { $x }",
    "/a/",
    `${"(".repeat(100)}1${")".repeat(100)}`,
  ])("%s", async (source) => {
    const catcher = { ErrorEquals: ["States.QueryEvaluationError"], Next: "B" };
    const states = {
      A: {
        Type: "Task",
        Resource: "arn:aws:states:::sqs:sendMessage",
        Output: `{% ${source} %}`,
        Catch: [catcher],
        End: true,
      },
      B: { Type: "Pass", Output: "caught", End: true },
    };
    const result = await run(states, "{}", { tasks: () => ({ result: 1 }) }, { QueryLanguage: "JSONata" });
    const history = result.history().map((event) => event.type);
    if (result.output === '"caught"') expect(history).toContain("EvaluationFailed");
    // A value that is allowed, but larger than a payload may be, is the other way in which it may end.
    else expect(result.failure?.error).toBe("States.DataLimitExceeded");
  });
});

describe("Choice", () => {
  test.each([
    ["ten thousand stars", `${"*a".repeat(10_000)}b`, "a".repeat(100_000)],
    ["stars and backslashes", `${"*\\\\".repeat(5_000)}`, "\\".repeat(50_000)],
  ])("StringMatches with %s", async (_, pattern, text) => {
    const states = {
      A: { Type: "Choice", Choices: [{ Variable: "$", StringMatches: pattern, Next: "B" }], Default: "B" },
      B: { Type: "Succeed" },
    };
    expect((await run(states, JSON.stringify(text))).status).toBe("SUCCEEDED");
  });

  test("Not upon Not, ten thousand times", async () => {
    let rule: object = { Variable: "$", IsPresent: true };
    for (let depth = 0; depth < 10_000; depth += 1) rule = { Not: rule };
    const text = (inner: string) =>
      `{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Not":${inner},"Next":"B"}]},"B":{"Type":"Succeed"}}}`;
    const deep = `${'{"Not":'.repeat(10_000)}{"Variable":"$","IsPresent":true}${"}".repeat(10_000)}`;
    const parsed = await within(() => parseDefinitionText(text(deep)));
    expect(parsed.kind).toBe("problems");
  });
});

describe("definitions", () => {
  test.each([
    ["a hundred thousand brackets", nested(100_000)],
    ["a million braces", '{"a":'.repeat(1_000_000)],
    [
      "a state in a state in a state",
      `{"StartAt":"A","States":${'{"A":{"Type":"Map","ItemProcessor":{"StartAt":"A","States":'.repeat(2_000)}`,
    ],
    [
      "a path of a megabyte",
      JSON.stringify({ StartAt: "A", States: pass({ InputPath: `$${".a[".repeat(250_000)}` }) }),
    ],
    [
      "a filter of brackets",
      JSON.stringify({ StartAt: "A", States: pass({ InputPath: `$[?(${"(".repeat(100_000)}` }) }),
    ],
    [
      "an expression of brackets",
      JSON.stringify({ StartAt: "A", States: jsonata({ Output: `{% ${"[".repeat(100_000)} %}` }) }),
    ],
    [
      "calls in calls",
      JSON.stringify({ StartAt: "A", States: pass({ Parameters: { "x.$": "States.Array(".repeat(50_000) } }) }),
    ],
  ])("%s is refused", async (_, text) => {
    const parsed = await within(() => parseDefinitionText(text));
    expect(parsed.kind).toBe("problems");
  });
});

describe("numbers", () => {
  test.each(["1e400", "-0", "9007199254740993", "1.0", "0.1e-400", "123456789012345678901234567890"])(
    "%s comes out as it went in",
    async (number) => {
      expect((await run(pass({ InputPath: "$.n" }), `{"n":${number}}`)).output).toBe(number);
    },
  );
});
