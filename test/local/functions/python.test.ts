/** Functions in Python: what they get, what comes of them, and how they fail. */
import { afterAll, describe, expect, test, vi } from "vitest";
import { missingPython } from "../../servers/tools.ts";
import { type FunctionsUnderTest, folderOf, told } from "./folder-of.ts";

const missing = await missingPython();
const opened: FunctionsUnderTest[] = [];
afterAll(() => Promise.all(opened.map((functions) => functions.dispose())));

function open(source: string, more: Readonly<Record<string, string>> = {}): FunctionsUnderTest {
  const functions = folderOf({ "f.py": source, ...more });
  opened.push(functions);
  return functions;
}

describe.runIf(missing === undefined)(missing === undefined ? "Python" : `Python (skipped: ${missing})`, () => {
  test("it needs no room for temporary files, and a neighbour may be called like a module of Python's", async () => {
    const functions = open("def handler(e, c):\n    return 1", { "struct.py": "raise Exception('not the real one')" });
    vi.stubEnv("TMPDIR", "/dev/null");
    expect(told(await functions.call("f").finally(() => vi.unstubAllEnvs()))).toBe("1");
  });

  test.each([
    ["a handler", "def handler(event, context):\n    return {'got': event}", '{"got": {"n": 1}}'],
    ["Lambda's usual name", "def lambda_handler(event, context):\n    return event['n'] + 1", "2"],
    ["nothing returned", "def handler(event, context):\n    pass", "null"],
    [
      "its context",
      "def handler(e, c):\n    return [c.function_name, c.get_remaining_time_in_millis() > 1000]",
      '["f", true]',
    ],
    ["a neighbour", "import util\ndef handler(e, c):\n    return util.two()", "2"],
    ["an error", "def handler(e, c):\n    raise ValueError('bad')", "ValueError: bad"],
    [
      "an error of its own",
      "class CardDeclined(Exception):\n    pass\ndef handler(e, c):\n    raise CardDeclined('no funds')",
      "CardDeclined: no funds",
    ],
    [
      "what JSON cannot say",
      "def handler(e, c):\n    return {1, 2}",
      "Runtime.MarshalError: Unable to marshal response: Object of type set is not JSON serializable",
    ],
    ["no handler", "x = 1", "Runtime.HandlerNotFound: Handler 'handler' missing on module 'f'"],
    [
      "a module that is not there",
      "import nothing_such",
      "Runtime.ImportModuleError: Unable to import module 'f': No module named 'nothing_such'",
    ],
    ["no Python", "def handler(:", /^Runtime.UserCodeSyntaxError: Syntax error in module 'f': invalid syntax/],
    ["one that goes", "import os\ndef handler(e, c):\n    os._exit(3)", /^Runtime.ExitError: /],
  ])("%s", async (_what, source, expected) => {
    const functions = open(source, { "util.py": "def two():\n    return 2" });
    expect(told(await functions.call("f", { n: 1 }))).toEqual(
      expected instanceof RegExp ? expect.stringMatching(expected) : expected,
    );
  });

  test("an error tells where it was raised", async () => {
    const answer = await open("def deep():\n    raise KeyError('k')\ndef handler(e, c):\n    deep()").call("f");
    const { stackTrace } = JSON.parse(answer?.kind === "answered" ? answer.payload : "{}");
    expect(stackTrace).toEqual([
      expect.stringMatching(/f\.py", line 4, in handler\n {4}deep\(\)\n$/),
      expect.stringMatching(/f\.py", line 2, in deep\n/),
    ]);
  });

  test.each([
    ["bytes", "sys.stdout.buffer.write(b'raw\\n')", ["f stdout: raw"]],
    ["set up anew", "sys.stdout.reconfigure(line_buffering=True); print('\\u00fc')", ["f stdout: ü"]],
    ["half a character", "sys.stdout.buffer.write(b'\\xc3'); sys.stdout.buffer.write(b'\\xbc')", ["f stdout: ü"]],
    ["a process of its own", "subprocess.run(['echo', 'hi'], stdout=sys.stderr)", ["f stderr: hi"]],
    ["half a pair", "print('\\ud800', file=sys.stderr)", ["f stderr: ?"]],
    ["output that it keeps to itself", "sys.stdout = sys.stderr = io.StringIO(); print('mine')", []],
  ])("it may print %s", async (_what, statement, lines) => {
    const functions = open(`import io, subprocess, sys\ndef handler(e, c):\n    ${statement}\n    return 1`);
    expect(told(await functions.call("f"))).toBe("1");
    await expect.poll(() => functions.lines).toEqual(lines);
  });

  test("what it prints is shown, and a changed file counts from the next call on", async () => {
    const functions = open("def handler(e, c):\n    print('one', flush=True)\n    return 1");
    expect(told(await functions.call("f"))).toBe("1");
    expect(functions.lines).toEqual(["f stdout: one"]);
    functions.write({ "f.py": "def handler(e, c):\n    return 'changed'" });
    await expect.poll(async () => told(await functions.call("f"))).toBe('"changed"');
  });
});
