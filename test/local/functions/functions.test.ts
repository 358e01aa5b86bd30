/** Functions in a folder: what they may be written as, what they get, and every way in which one can fail. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterAll, describe, expect, test, vi } from "vitest";
import { openFunctions } from "../../../lib/local/functions/functions.ts";
import { type FunctionsUnderTest, folderOf, invocation, told } from "./folder-of.ts";

const opened: FunctionsUnderTest[] = [];
afterAll(() => Promise.all(opened.map((functions) => functions.dispose())));

function open(...parameters: Parameters<typeof folderOf>): FunctionsUnderTest {
  const functions = folderOf(...parameters);
  opened.push(functions);
  return functions;
}

const returning = (value: string) => `export const handler = async () => (${value});`;

describe("what a function may be, and what comes of it", () => {
  const rows: readonly (readonly [what: string, file: string, source: string, expected: string | RegExp])[] = [
    ["an async handler", "f.mjs", "export const handler = async (event) => ({ got: event });", '{"got":{"n":1}}'],
    ["a handler that returns plainly", "f.mjs", "export const handler = (event) => event.n + 1;", "2"],
    ["nothing returned", "f.mjs", "export const handler = async () => {};", "null"],
    ["what JSON cannot say", "f.mjs", returning("() => 1"), "null"],
    ["CommonJS", "f.cjs", "exports.handler = async (event) => event.n;", "1"],
    ["CommonJS as .js", "f.js", "module.exports.handler = async (event) => event.n;", "1"],
    [
      "a callback",
      "f.cjs",
      "exports.handler = (event, context, callback) => setImmediate(callback, null, event);",
      '{"n":1}',
    ],
    [
      "a callback with an error",
      "f.cjs",
      "exports.handler = (e, c, callback) => callback(new RangeError('no'));",
      "RangeError: no",
    ],
    ["a default export", "f.mjs", "export default { handler: async () => 'yes' };", '"yes"'],
    [
      "TypeScript",
      "f.ts",
      "export const handler = async (event: { n: number }): Promise<number> => event.n;",
      /no esbuild is installed.*npm install --save-dev esbuild/,
    ],
    ["a folder with index.mjs", "f/index.mjs", returning('"here"'), '"here"'],
    ["a folder with app.js", "f/app.js", "exports.handler = async () => 'here';", '"here"'],
    ["an error", "f.mjs", "export const handler = async () => { throw new TypeError('bad'); };", "TypeError: bad"],
    [
      "an error of its own",
      "f.mjs",
      "class CardDeclined extends Error { name = 'CardDeclined' }\nexport const handler = () => { throw new CardDeclined('insufficient funds'); };",
      "CardDeclined: insufficient funds",
    ],
    ["a string thrown", "f.mjs", "export const handler = async () => { throw 'bad'; };", "string: bad"],
    [
      "a circle",
      "f.mjs",
      "const a = {}; a.a = a; export const handler = async () => a;",
      "Runtime.JSONStringifyError: Unable to stringify response body",
    ],
    ["a BigInt", "f.mjs", returning("1n"), "Runtime.JSONStringifyError: Unable to stringify response body"],
    [
      "an answer above 6 MB",
      "f.mjs",
      returning("'x'.repeat(7e6)"),
      "Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    ],
    [
      "a syntax error",
      "f.mjs",
      "export const handler = async () => {",
      "Runtime.UserCodeSyntaxError: SyntaxError: Unexpected end of input",
    ],
    [
      "a missing import",
      "f.mjs",
      "import 'no-such-package'; export const handler = async () => 1;",
      /^Runtime\.ImportModuleError: Error.*: Cannot find package 'no-such-package'/,
    ],
    ["a module that throws", "f.mjs", "throw new Error('no database');", "Error: no database"],
    [
      "no handler",
      "f.mjs",
      "export const main = async () => 1;",
      "Runtime.HandlerNotFound: f.handler is undefined or not exported",
    ],
    [
      "process.exit",
      "f.mjs",
      "export const handler = async () => process.exit(3);",
      "Runtime.ExitError: RequestId: <id> Error: Runtime exited with error: exit status 3",
    ],
    [
      "process.exit(0)",
      "f.mjs",
      "export const handler = async () => process.exit();",
      "Runtime.ExitError: RequestId: <id> Error: Runtime exited without providing a reason",
    ],
    [
      "an exit while loading",
      "f.mjs",
      "process.exit(4);",
      "Runtime.ExitError: RequestId: <id> Error: Runtime exited with error: exit status 4",
    ],
    [
      "a crash",
      "f.mjs",
      "export const handler = async () => process.abort();",
      "Runtime.ExitError: RequestId: <id> Error: Runtime exited with error: signal: aborted",
    ],
    [
      "killed",
      "f.mjs",
      "export const handler = async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => setInterval(() => {}, 1000)); };",
      "Runtime.ExitError: RequestId: <id> Error: Runtime exited with error: signal: killed",
    ],
    [
      "thrown elsewhere",
      "f.mjs",
      "export const handler = () => new Promise(() => setImmediate(() => { throw new Error('late'); }));",
      "Error: late",
    ],
    [
      "rejected elsewhere",
      "f.mjs",
      "export const handler = async () => { Promise.reject(new Error('stray')); await new Promise((r) => setTimeout(r, 50)); };",
      "Runtime.UnhandledPromiseRejection: Error: stray",
    ],
    [
      "a promise that never settles",
      "f.mjs",
      "export const handler = () => new Promise(() => {});",
      /^Runtime\.NodeJsExit: .*a Promise that was never settled/,
    ],
    [
      "an endless loop",
      "f.mjs",
      "export const handler = () => { for (;;); };",
      "Sandbox.Timedout: RequestId: <id> Error: Task timed out after 0.50 seconds",
    ],
    [
      "endless waiting",
      "f.mjs",
      "export const handler = () => new Promise(() => setInterval(() => {}, 1000));",
      "Sandbox.Timedout: RequestId: <id> Error: Task timed out after 0.50 seconds",
    ],
    [
      "its folder as working directory",
      "f.mjs",
      "export const handler = async () => process.cwd() === process.env.LAMBDA_TASK_ROOT;",
      "true",
    ],
    [
      "Lambda's variables",
      "f.mjs",
      "export const handler = async () => [process.env.AWS_LAMBDA_FUNCTION_NAME, process.env._HANDLER];",
      '["f","f.handler"]',
    ],
    [
      "the context",
      "f.mjs",
      "export const handler = async (e, c) => [c.functionName, c.functionVersion, c.invokedFunctionArn, c.getRemainingTimeInMillis() > 0];",
      '["f","$LATEST","arn:aws:lambda:us-east-1:000000000000:function:f",true]',
    ],
  ];
  test.each(rows)("%s (%s)", async (_what, file, source, expected) => {
    const functions = open({ [file]: source }, { timeoutSeconds: 0.5 });
    const answer = told(await functions.call("f", { n: 1 }));
    if (typeof expected === "string") expect(answer).toBe(expected);
    else expect(answer).toMatch(expected);
    await functions.close();
  });

  test("a file of its name, if there is a folder of its name too", async () => {
    const functions = open({
      "f/index.mjs": returning("2"),
      "f.cjs": "exports.handler = async () => 1;",
      "f/g.mjs": "",
    });
    expect(told(await functions.call("f"))).toBe("1");
    expect(functions.names()).toEqual(["f"]);
  });

  test.each([
    [
      "f.mjs",
      "export const a = 1;\nexport const handler = async ( => 1;",
      ":2",
      "export const handler = async ( => 1;",
    ],
    ["f.cjs", "function ( {", ":1", "function ( {"],
  ])("a syntax error is printed with its place: %s", async (file, source, line, text) => {
    const functions = open({ [file]: source });
    await functions.call("f");
    expect(functions.lines).toContain(`f stderr: ${functions.path}/${file}${line}`);
    expect(functions.lines).toContain(`f stderr: ${text}`);
  });

  test("out of memory", async () => {
    const source =
      "export const handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill(Math.random())); };";
    const functions = open({ "f.mjs": source }, { memoryMegabytes: 32 });
    expect(told(await functions.call("f"))).toBe(
      "Runtime.ExitError: RequestId: <id> Error: Runtime exited with error: signal: aborted",
    );
    expect(functions.lines.join()).toContain("heap out of memory");
  });

  test("an error has the shape that Lambda's runtime gives it", async () => {
    const functions = open({ "f.mjs": "export const handler = async () => { throw new TypeError('bad'); };" });
    const answer = await functions.call("f");
    expect(answer).toMatchObject({ kind: "answered", functionError: "Unhandled", statusCode: 200 });
    const payload = answer?.kind === "answered" ? JSON.parse(answer.payload) : undefined;
    expect(Object.keys(payload)).toEqual(["errorType", "errorMessage", "trace"]);
    expect(payload.trace.slice(0, 2)).toEqual(["TypeError: bad", expect.stringMatching(/at .*f\.mjs:1:\d+/)]);
  });
});

describe("a function that fails takes nobody with it", () => {
  const source = `
    let calls = 0;
    export const handler = async ({ act }) => {
      calls += 1;
      if (act === "exit") process.exit(1);
      if (act === "loop") for (;;);
      return calls;
    };`;

  test("its next call runs in a fresh process", async () => {
    const functions = open({ "f.mjs": source }, { timeoutSeconds: 0.3 });
    const answers = [];
    for (const act of ["", "", "exit", "", "loop", "", ""]) answers.push(told(await functions.call("f", { act })));
    expect(answers.filter((answer) => /^\d/.test(answer))).toEqual(["1", "2", "1", "1", "2"]);
  });

  test("neighbours of a hanging call are answered meanwhile", async () => {
    const functions = open({ "f.mjs": source, "g.mjs": returning("'well'") }, { timeoutSeconds: 60 });
    const stop = new AbortController();
    const hanging = functions.call("f", { act: "loop" }, { signal: stop.signal });
    expect(told(await functions.call("g"))).toBe('"well"');
    expect(told(await functions.call("f"))).toBe("1");
    stop.abort(new Error("the attempt is over"));
    await expect(hanging).rejects.toThrow("the attempt is over");
  });

  test("a process that falls over between two calls is replaced", async () => {
    const falling = "export const handler = async () => { setTimeout(() => process.exit(1), 5); return process.pid; };";
    const functions = open({ "f.mjs": falling });
    const first = await functions.call("f");
    await untilGone(Number(told(first)));
    expect(Number(told(await functions.call("f")))).toBeGreaterThan(0);
  });
});

function untilGone(pid: number): Promise<void> {
  return vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { interval: 5, timeout: 10_000 });
}

/** A program that runs `f` of a folder and prints what it prints. */
function embedding(path: string): string {
  const module = new URL("../../../lib/local/functions/functions.ts", import.meta.url);
  return `
    import { openFunctions } from ${JSON.stringify(module)};
    const functions = openFunctions({ folder: ${JSON.stringify(path)}, onLine: ({ line }) => console.log(line) });
    await functions.invoke({ ...${JSON.stringify(invocation("f", {}))}, signal: new AbortController().signal });`;
}

describe("processes", () => {
  const counting =
    "let n = 0; export const handler = async ({ wait = 0 }) => { await new Promise((r) => setTimeout(r, wait)); n += 1; return [process.pid, n]; };";
  const pidOf = (answer: Awaited<ReturnType<FunctionsUnderTest["call"]>>): number => JSON.parse(told(answer))[0];

  test("are used again", async () => {
    const functions = open({ "f.mjs": counting });
    const pids = [];
    for (let n = 0; n < 5; n += 1) pids.push(pidOf(await functions.call("f")));
    expect(new Set(pids).size).toBe(1);
  });

  test("run one call at a time, and more are started where calls wait", async () => {
    const functions = open({ "f.mjs": counting });
    const pids = (await Promise.all([1, 2, 3, 4].map(() => functions.call("f", { wait: 400 })))).map(pidOf);
    expect(new Set(pids).size).toBeGreaterThan(1);
  });

  test("that load slowly do not hold up a call for which a warm one is free first", async () => {
    const functions = open({ "f.mjs": `await new Promise((r) => setTimeout(r, 700)); ${counting}` });
    await functions.call("f");
    const [first, second] = await Promise.all([functions.call("f", { wait: 100 }), functions.call("f")]);
    expect(pidOf(second)).toBe(pidOf(first));
  });

  test("many short calls share a few of them", async () => {
    const functions = open({ "f.mjs": counting });
    await functions.call("f");
    const pids = (await Promise.all(Array.from({ length: 500 }, () => functions.call("f")))).map(pidOf);
    expect(new Set(pids).size).toBeLessThan(10);
  });

  test("are never more than the limit, and every function gets its turn", async () => {
    const functions = open({ "f.mjs": counting, "g.mjs": counting, "h.mjs": counting }, { processLimit: 2 });
    const names = Array.from({ length: 30 }, (_, n) => ["f", "g", "h"][n % 3] ?? "f");
    const answers = await Promise.all(names.map((name) => functions.call(name, { wait: 5 })));
    expect(answers.map(pidOf)).toHaveLength(30);
  });

  test("do not outlive `close`", async () => {
    const functions = open({ "f.mjs": counting });
    const pid = pidOf(await functions.call("f"));
    await functions.close();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("do not outlive this process, not even when they loop for ever and it is killed", async () => {
    const looping = "export const handler = () => { console.log(process.pid); for (;;); };";
    const functions = open({ "f.mjs": looping, "g.mjs": returning("1") });
    const parent = spawn(process.execPath, [
      "--import",
      "tsx",
      "--input-type=module",
      "--eval",
      embedding(functions.path),
    ]);
    const pids = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const pid = Number((await pids.next()).value);
    expect(process.kill(pid, 0)).toBe(true);
    parent.kill("SIGKILL");
    await untilGone(pid);
  });

  test("a call that waits for one is dropped when its time is over", async () => {
    const functions = open({ "f.mjs": counting }, { processLimit: 1 });
    const stop = new AbortController();
    const first = functions.call("f", { wait: 100 });
    const second = functions.call("f", {}, { signal: stop.signal });
    stop.abort(new Error("over"));
    await expect(second).rejects.toThrow("over");
    expect(JSON.parse(told(await first))[1]).toBe(1);
  });
});

describe("a changed file", () => {
  test.each([
    ["the function itself", { "f.mjs": returning("2") }],
    ["a module that it imports", { "lib/value.mjs": "export default 2;" }],
  ])("%s takes effect at the next call", async (_what, change) => {
    let time = 0;
    const importing = "import value from './lib/value.mjs'; export const handler = async () => value;";
    const functions = open({ "f.mjs": importing, "lib/value.mjs": "export default 1;" }, { now: () => time });
    expect(told(await functions.call("f"))).toBe("1");
    functions.write(Object.fromEntries(Object.entries(change).map(([name, source]) => [name, `${source}\n`])));
    time += 1000;
    expect(told(await functions.call("f"))).toBe("2");
  });

  test("counts while what it replaces is still being loaded, and may be for ever", async () => {
    let time = 0;
    const loading = 'console.log("loading"); setInterval(() => {}, 1e9); await new Promise(() => {});';
    const functions = open({ "f.mjs": loading }, { now: () => time });
    const before = functions.call("f");
    await expect.poll(() => functions.lines, { timeout: 5_000 }).toEqual(["f stdout: loading"]);
    functions.write({ "f.mjs": returning("2") });
    time += 1000;
    expect(told(await functions.call("f"))).toBe("2");
    expect(told(await before)).toBe("2");
  }, 8_000);

  test("appears and disappears with its file", async () => {
    let time = 0;
    const functions = open({ "f.mjs": returning("1") }, { now: () => time });
    expect(told(await functions.call("g"))).toBe("unknown function");
    functions.write({ "g.mjs": returning("'new'"), "notes.txt": "", "g.d.ts": "", "lib/h.mjs": returning("1") });
    time += 1000;
    expect(told(await functions.call("g"))).toBe('"new"');
    expect(functions.names()).toEqual(["f", "g"]);
  });
});

test("TypeScript is compiled by the esbuild that the folder finds", async () => {
  const functions = open({
    "node_modules/esbuild/package.json": '{"main":"main.js"}',
    "node_modules/esbuild/main.js": `module.exports = require(${JSON.stringify(import.meta.resolve("esbuild").slice("file://".length))});`,
    "f.ts":
      "import { two } from './two.ts';\nexport const handler = async (event: { n: number }): Promise<number> => event.n * two;",
    "two.ts": "export const two: number = 2;",
    "broken.ts": "export const handler = async (event: => 1;",
  });
  expect(told(await functions.call("f", { n: 21 }))).toBe("42");
  expect(told(await functions.call("broken"))).toMatch(/^Runtime\.UserCodeSyntaxError: Build failed/);
});

test.each([
  [
    "above 6 MB",
    "x".repeat(6_300_000),
    {},
    "refused: Request must be smaller than 6291456 bytes for the InvokeFunction operation (Service: Lambda, Status Code: 413, Request ID: <id>)",
  ],
  ["just below", "x".repeat(6_000_000), {}, "6000000"],
  ["DryRun", "x", { type: "DryRun" }, ""],
  ["Event", "x", { type: "Event" }, ""],
] as const)("a request %s", async (_what, event, more, expected) => {
  const functions = open({ "f.mjs": "export const handler = async (event) => event.length;" });
  expect(told(await functions.invoke(invocation("f", event, more)))).toBe(expected);
});

test("a folder that is not there is refused at once", () => {
  expect(() => openFunctions({ folder: "/no/such/folder" })).toThrow(
    "the functions folder '/no/such/folder' is not a folder",
  );
});

test("a function finds the execution's trace where Lambda puts it, and no other's", async () => {
  const functions = open({ "f.mjs": returning("process.env._X_AMZN_TRACE_ID ?? null") });
  expect(told(await functions.call("f", {}, { traceHeader: "Root=1-2-3" }))).toBe('"Root=1-2-3"');
  expect(told(await functions.call("f"))).toBe("null");
});

test("a program may open many folders: the process has one listener for all, and none once they are closed", async () => {
  await Promise.all(opened.splice(0).map((functions) => functions.dispose()));
  const before = process.listenerCount("exit");
  const many = Array.from({ length: 12 }, () => folderOf({ "f.mjs": returning("1") }));
  expect(process.listenerCount("exit")).toBe(before + 1);
  await Promise.all(many.map((functions) => functions.dispose()));
  expect(process.listenerCount("exit")).toBe(before);
});
