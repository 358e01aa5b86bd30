/** The commands that talk to a running server: run, start, list, stop, history. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { jsonAnswer } from "../../lib/api/http.ts";
import { connect } from "../../lib/cli/client.ts";
import { readValidDefinition } from "../../lib/cli/definition-file.ts";
import { deploy } from "../../lib/cli/deploy.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { serve } from "../../lib/local/server.ts";
import { baton, folderOf, type Said } from "./baton.ts";

const data = mkdtempSync(join(tmpdir(), "baton-cli-data-"));
const folder = folderOf({
  "echo.asl.json": { StartAt: "A", States: { A: { Type: "Pass", End: true } } },
  "patient.asl.json": { StartAt: "W", States: { W: { Type: "Wait", Seconds: 86_400, End: true } } },
});
let server: LocalBaton;
beforeAll(async () => {
  server = await startLocal({ folder: data, port: 0 });
});
afterAll(async () => {
  await server.close();
  for (const each of [data, folder]) rmSync(each, { recursive: true, force: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const on = (...parameters: readonly string[]): Promise<Said> => baton(...parameters, "--url", server.url);
const echo = join(folder, "echo.asl.json");
const patient = join(folder, "patient.asl.json");
const arn = (machine: string, name: string): string =>
  `arn:aws:states:us-east-1:000000000000:execution:${machine}:${name}`;

describe("commands on a running server", () => {
  test("run deploys, runs and stays listed; running again updates the machine", async () => {
    expect((await on("run", echo, "--input", '{"n":1}', "--name", "one")).code).toBe(0);
    const again = await on("run", echo, "--input", '{"n":2}', "--name", "two", "--json");
    expect(JSON.parse(again.out)).toMatchObject({ executionArn: arn("echo", "two"), status: "SUCCEEDED" });
    const machines = await on("list");
    expect(machines.out).toMatch(
      /^NAME +TYPE +ARN\necho +STANDARD +arn:aws:states:us-east-1:000000000000:stateMachine:echo\n$/,
    );
    const executions = await on("list", "echo");
    expect(executions.out).toMatch(/^NAME +STATUS +STARTED +TOOK\ntwo +SUCCEEDED +\d{4}-\S+Z +\d+ ms\none +SUCCEEDED /);
    expect(JSON.parse((await on("list", "echo", "--json", "--limit", "1")).out)).toMatchObject([{ name: "two" }]);
    expect(JSON.parse((await on("list", "--json")).out)).toMatchObject([{ name: "echo" }]);
  });

  test("start answers the ARN, or follows to the end", async () => {
    await on("run", echo);
    expect(await on("start", "echo", "--name", "three", "--input", "[3]")).toMatchObject({
      code: 0,
      out: `${arn("echo", "three")}\n`,
    });
    const followed = await on("start", "echo", "--follow", "--input", "[4]");
    expect(followed.out).toMatch(
      / {2}✔ A .* \[4\]\n✔ SUCCEEDED in .* \[4\]\n {2}1 transition · on AWS \$\S+ here, \$\S+ on Step Functions\n$/,
    );
    const json = await on("start", "echo", "--json", "--name", "five");
    expect(JSON.parse(json.out)).toMatchObject({ executionArn: arn("echo", "five") });
    expect(JSON.parse((await on("start", "echo", "--follow", "--json")).out)).toMatchObject({ status: "SUCCEEDED" });
  });

  test("an EXPRESS execution is started, and why it cannot be followed is said", async () => {
    await on("deploy", echo, "--name", "quick", "--type", "EXPRESS");
    const { code, out, err } = await on("start", "quick", "--follow");
    expect(out).toMatch(/^arn:aws:states:us-east-1:000000000000:express:quick:\S+\n$/);
    expect(err).toBe(
      `'${out.trim()}' is an execution of an EXPRESS machine, of which nothing is kept but its log: it can be neither followed nor described\n`,
    );
    expect(code).toBe(1);
  });

  test("stop, history and redrive take as much of a name as is clear", async () => {
    await on("run", echo); // so that there are two machines to look through
    await deploy(connect(server.url), readValidDefinition(patient, {})); // to run it would take a day
    for (const name of ["order-7", "order-8"]) await on("start", "patient", "--name", name);
    expect(JSON.parse((await on("list", "patient", "--status", "RUNNING", "--json")).out)).toHaveLength(2);

    expect(await on("stop", "order-")).toMatchObject({
      code: 1,
      err: "'order-' may be patient/order-8 or patient/order-7; say which\n",
    });
    const stopped = await on("stop", "patient/order-7", "--error", "Cancelled", "--cause", "by its customer");
    expect(stopped).toMatchObject({ code: 0, out: `stopped ${arn("patient", "order-7")}\n` });
    expect(JSON.parse((await on("stop", "order-8", "--json")).out)).toEqual({ stopDate: expect.any(Number) });
    expect(await on("stop", "order-8")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\S+:order-8 had ended before, ABORTED at \d{4}-\S+Z \(\d+(\.\d)? m?s ago\)\n$/),
    });
    expect(JSON.parse((await on("stop", "order-8", "--json")).out)).toMatchObject({ endedBefore: "ABORTED" });

    const history = await on("history", "order-7");
    expect(history.out).toMatch(
      /^ID +PREV +TIME +TYPE +DETAILS\n1 +0 +[\d:]{8}\.\d{3}Z +ExecutionStarted +\{\}\n2 +0 +\S+ +WaitStateEntered +W \{\}\n3 +\d +\S+ +ExecutionAborted +Cancelled by its customer\n$/,
    );
    const failed = await on("history", arn("patient", "order-7"), "--failed", "--json");
    expect(JSON.parse(failed.out)).toMatchObject([{ type: "ExecutionAborted" }]);

    expect(await on("redrive", "order-7")).toMatchObject({ code: 0, out: `redriven ${arn("patient", "order-7")}\n` });
    expect(await on("redrive", "order-7")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Execution is RUNNING"),
    });
    await on("stop", "order-7");
    expect(JSON.parse((await on("redrive", "order-7", "--json")).out)).toEqual({ redriveDate: expect.any(Number) });
  });

  test("a name that two machines gave names neither execution, nor does an empty one", async () => {
    await deploy(connect(server.url), { ...readValidDefinition(patient, {}), name: "also-patient" });
    for (const machine of ["patient", "also-patient"]) await on("start", machine, "--name", "nightly");
    expect(await on("stop", "nightly")).toMatchObject({
      code: 1,
      err: "'nightly' may be also-patient/nightly or patient/nightly; say which\n",
    });
    expect(await on("stop", "also-patient/")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^there is no execution 'also-patient\/' /),
    });
    expect(await on("stop", "also-patient/night")).toMatchObject({ code: 0 });
    for (let more = 0; more < 11; more++) await on("start", "patient", "--name", `night-${more}`);
    expect((await on("describe", "night-")).err).toMatch(/^'night-' may be (patient\/night-\d+ or ){10}1 more;/);
  });

  test("a machine's name may have an alias or a version behind it", async () => {
    const deployed = await on("deploy", echo, "--alias", "live", "--json");
    const version = JSON.parse(deployed.out).stateMachineVersionArn.split(":").at(-1);
    for (const qualifier of ["live", version]) {
      expect(await on("start", `echo:${qualifier}`, "--name", `by-${qualifier}`)).toMatchObject({ code: 0, err: "" });
      expect(JSON.parse((await on("list", `echo:${qualifier}`, "--json")).out)).toContainEqual(
        expect.objectContaining({ name: `by-${qualifier}` }),
      );
      expect((await on("describe", `echo:${qualifier}/by-${qualifier}`)).out).toContain(`:echo:by-${qualifier}  `);
      expect(await on("cost", `echo:${qualifier}`)).toMatchObject({ code: 0 });
    }
  });

  test("in another Region they say which one was asked, and where it is that was meant", async () => {
    await deploy(connect(server.url), readValidDefinition(patient, {}));
    vi.stubEnv("AWS_ACCESS_KEY_ID", "any");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "any");
    vi.stubEnv("AWS_REGION", "eu-west-1");
    expect((await on("list")).out).toMatch(
      /^there is no state machine in Region eu-west-1; there are in us-east-1 \(AWS_REGION=us-east-1\): .*patient/,
    );
    expect((await on("list", "--json")).out).toBe("[]\n");
    expect((await on("start", "patient")).err).toBe(
      "there is no state machine 'patient' in Region eu-west-1; there is one in us-east-1 (AWS_REGION=us-east-1)\n",
    );
    expect((await on("start", "nobody")).err).toBe(
      `there is no state machine 'nobody' in Region eu-west-1; deploy one with: baton run FILE --endpoint ${server.url}\n`,
    );
    vi.stubEnv("AWS_ENDPOINT_URL_SFN", server.url); // then a line needs no --endpoint
    expect((await baton("describe", "nobody")).err).toMatch(/in Region eu-west-1; see: baton list\n$/);
    vi.stubEnv("AWS_REGION", "us-east-1");
    expect((await on("list", "patient", "--status", "TIMED_OUT")).out).toBe(
      "patient has no execution that is TIMED_OUT in Region us-east-1\n",
    );
  });

  test("without a key, too, they are in the Region of the environment, where what is deployed stays", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
    vi.stubEnv("AWS_REGION", "eu-central-1");
    const { stateMachineArn } = JSON.parse((await on("deploy", echo, "--json")).out);
    expect(stateMachineArn).toBe("arn:aws:states:eu-central-1:000000000000:stateMachine:echo");
    expect((await on("start", "echo", "--name", "away")).out).toContain(":eu-central-1:");
  });

  test("describe --json keeps the digits of numbers", async () => {
    await deploy(connect(server.url), readValidDefinition(patient, {}));
    await on("start", "patient", "--name", "exact", "--input", '{"n":12345678901234567890123,"one":1.0}');
    const { out } = await on("describe", "patient/exact", "--json");
    expect(out).toContain('"input": {\n    "n": 12345678901234567890123,\n    "one": 1.0\n  }');
    expect(JSON.parse(out)).toMatchObject({ name: "exact", status: "RUNNING" });
  });

  test("an address with a password in it is refused, and the password not repeated", async () => {
    const { code, err } = await baton("list", "--url", "http://me:secret@127.0.0.1:1");
    expect([code, err]).toEqual([1, expect.stringContaining("AWS_SECRET_ACCESS_KEY")]);
    expect(err).not.toContain("secret@");
  });

  test("describe says what an execution waits for, or how it ended", async () => {
    await deploy(connect(server.url), readValidDefinition(patient, {}));
    const input = `{ "text": "${"x".repeat(200)}", "n": 12345678901234567890123, "one": 1.0 }`; // no terminal, so nothing is cut
    await on("start", "patient", "--name", "order-9", "--input", input);
    const running = await on("describe", "order-9");
    expect(running.out).toMatch(
      /^\S+:patient:order-9 {2}RUNNING\n {2}started +\S+Z, for .*\n {2}input +\{"text":"x{200}","n":12345678901234567890123,"one":1\.0\}\n {2}now +waits until \S+Z in W\n\nID +PREV /,
    );
    expect(JSON.parse((await on("describe", "order-9", "--json", "--events", "1")).out)).toMatchObject({
      status: "RUNNING",
      waitingFor: [{ state: "W", branch: "", since: expect.any(String), until: expect.any(String) }],
      lastEvents: [{ id: 2, type: "WaitStateEntered" }],
    });
    await on("stop", "order-9", "--error", "Cancelled", "--cause", "by its customer");
    const ended = await on("describe", "order-9", "--events", "1");
    expect(ended.out).toMatch(
      /order-9 {2}ABORTED\n {2}started +\S+Z, ended after .*\n {2}error +Cancelled\n {2}cause +by its customer\n/,
    );
    expect(ended.out).toMatch(/\n3 +\d +\S+ +ExecutionAborted +Cancelled by its customer\n$/);
  });

  test.each([
    [["start", "ech"], "there is no state machine 'ech' in Region us-east-1; there are: "],
    [["list", "nobody"], "there is no state machine 'nobody' in Region us-east-1; there are: "],
    [["history", "nobody"], "there is no execution 'nobody' in Region us-east-1; see: baton list --endpoint "],
    [["describe", arn("echo", "nobody")], "ExecutionDoesNotExist: Execution Does Not Exist: "],
    [["stop", "echo/nobody"], "there is no execution 'echo/nobody' in Region us-east-1; see: baton list --endpoint "],
    [
      ["describe", "echo"],
      "'echo' is a state machine, and an execution is asked for; see: baton list echo --endpoint ",
    ],
    [
      ["describe", "arn:aws:states:us-east-1:000000000000:stateMachine:echo"],
      "stateMachine:echo' is a state machine, and an execution is asked for; see: baton list arn:",
    ],
    [
      ["stop", "arn:aws:states:us-east-1:000000000000:express:e:n:r"],
      ":express:e:n:r' is an execution of an EXPRESS machine, of",
    ],
    [
      ["explain", "arn:aws:states:us-east-1:000000000000:execution:echo"],
      "execution:echo' is no execution's ARN, which ",
    ],
    [["start", "echo:nobody"], "StateMachineDoesNotExist: "],
    [["start", "nobody:live"], "there is no state machine 'nobody:live' in Region us-east-1; there are: "],
    [
      ["cost", "nobody"],
      "there is no file 'nobody', and in Region us-east-1 no state machine and no execution of that name; see: baton list --endpoint ",
    ],
    [
      ["history", arn("echo", "nobody")],
      `ExecutionDoesNotExist: Execution Does Not Exist: '${arn("echo", "nobody")}'\n`,
    ],
    [["start", "arn:aws:states:us-east-1:000000000000:stateMachine:no"], "StateMachineDoesNotExist: "],
    [["start", "echo", "--name", "one", "--input", "{}"], "ExecutionAlreadyExists: Execution Already Exists: "],
    [["start", "echo", "--name", "a b", "--input", "{}"], "InvalidName: "],
  ])("%j", async (parameters, sentence) => {
    const { code, out, err } = await on(...parameters);
    expect(err).toContain(sentence);
    expect(out).toBe("");
    expect(code).toBe(1);
  });

  test("what listens there may not be Baton, or may want signed requests", async () => {
    const answers = [
      [{ status: 200, headers: {}, body: "hello" }, "is not Baton (status 200); give Baton's address with --endpoint"],
      [jsonAnswer({}, 404), "is not Baton (status 404)"],
      [
        jsonAnswer({ status: "starting" }, 503),
        "has not answered ListStateMachines: URL says that it cannot now (status 503)",
      ],
      [jsonAnswer({ message: "Too Many Requests" }, 429), "(status 429, Too Many Requests); try again in a moment.\n"],
      [{ status: 502, headers: {}, body: "<html>" }, "(status 502); try again in a moment.\n"],
      [
        jsonAnswer({ __type: "MissingAuthenticationTokenException", message: "Missing" }, 403),
        "this Baton takes signed requests only",
      ],
    ] as const;
    for (const [answer, sentence] of answers) {
      const other = await serve(async () => answer, { port: 0, bodyLimitBytes: 1_000 });
      const { code, err } = await baton("list", "--url", other.url);
      await other.close(0);
      expect(err.replace(other.url, "URL")).toContain(sentence);
      expect(code).toBe(1);
    }
  });
});
