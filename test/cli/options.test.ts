/** What users mistype: a sentence on standard error, exit code 1, and nothing on standard output. */
import { describe, expect, test } from "vitest";
import { baton } from "./baton.ts";

/** Nobody listens there: the port is one that only the system may take, and was never given to a service. */
const nowhere = "http://127.0.0.1:2";

describe("wrong commands and options", () => {
  test.each([
    [["biuld"], "error: unknown command 'biuld'"],
    [["validat"], "(Did you mean validate?)"],
    [["validate"], "error: missing required argument 'file'"],
    [["validate", "a.json", "b.json"], "error: too many arguments for 'validate'"],
    [["validate", "a.json", "--jsn"], "error: unknown option '--jsn'\n(Did you mean --json?)"],
    [["dev", "--port", "http"], "a port is a number from 0 to 65535; 0 takes a free one"],
    [["dev", "--port", "70000"], "a port is a number from 0 to 65535; 0 takes a free one"],
    [["dev", "--function-url", "charge"], "'charge' is not of the form NAME=VALUE"],
    [
      ["dev", "--port", "0", "--function-url", "f=ftp://x"],
      "the URL of function 'f' must begin with http:// or https://, but is 'ftp://x'\n",
    ],
    [
      ["dev", "--port", "0", "--functions", "/no/such/folder"],
      "the functions folder '/no/such/folder' is not a folder\n",
    ],
    [
      ["dev", "--port", "0", "--data", "/dev/null/data"],
      "the folder '/dev/null/data' cannot be made: a part of its path is a file; choose another\n",
    ],
    [["list", "--url", "localhost"], "an address begins with http:// or https://"],
    [["list", "--limit", "0"], "a limit is a whole number from 1"],
    [["list", "--status", "DONE"], "Allowed choices are RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED."],
    [["list", "--url", nowhere], `nothing answers at ${nowhere} (ECONNREFUSED); start it with: baton dev\n`],
    [["start", "m", "--url", nowhere], "start it with: baton dev\n"],
    [["start", "m", "--input", "{", "--url", nowhere], "--input is not JSON: "],
    [["start", "m", "--input", "@none.json", "--url", nowhere], "there is no file none.json\n"],
    [["run", "none.asl.json", "--url", nowhere], "there is no file none.asl.json\n"],
    [["stop"], "name executions, or with --machine the state machine whose executions are meant\n"],
    [["history"], "error: missing required argument 'execution'"],
  ])("%j", async (parameters, sentence) => {
    const { code, out, err } = await baton(...parameters);
    expect(err).toContain(sentence);
    expect(err).not.toContain("    at "); // no stack
    expect(out).toBe("");
    expect(code).toBe(1);
  });

  test.each([
    [["--version"], /^\d+\.\d+\.\d+\n$/],
    [["--help"], /Usage: baton \[options\] \[command\]/],
    [["run", "--help"], /--substitute <name=value>/],
    [["worker", "--help"], /be repeated\s+\(default: none\)/],
  ])("%j is no mistake", async (parameters, said) => {
    const { code, out, err } = await baton(...parameters);
    expect(out).toMatch(said);
    expect(err).toBe("");
    expect(code).toBe(0);
  });
});
