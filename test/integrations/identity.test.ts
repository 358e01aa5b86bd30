/** Under whose name calls are made: roles assumed, kept, chained; and what STS and Lambda see of it. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { type AssumeRequest, type Caller, createIdentity } from "../../lib/integrations/identity.ts";
import { type AnsweringServer, type Reply, startAnswering } from "./answering.ts";
import { callWith } from "./call-with.ts";
import { jobOf, jobs } from "./job-runner.ts";
import { withServers } from "./with-servers.ts";

const machineRoleArn = "arn:aws:iam::111111111111:role/machine";
const roleArn = "arn:aws:iam::222222222222:role/other";
const claim = { execution: "111111111111/us-east-1/machine/order 1" as ExecutionId, branch: "", seq: 1 };

function caller(more: Partial<Caller>): Caller {
  return { region: "us-east-1", account: "111111111111", signal: new AbortController().signal, claim, ...more };
}

describe("roles", () => {
  function watched(lifetime = 3_600_000) {
    const asked: AssumeRequest[] = [];
    const time = { now: 0 };
    const assume = async (request: AssumeRequest) => {
      asked.push(request);
      return { accessKeyId: `key ${asked.length}`, secretAccessKey: "s", expiration: new Date(time.now + lifetime) };
    };
    return { asked, time, assume };
  }

  test("without any, the process's own identity", () => {
    expect(createIdentity()(caller({ machineRoleArn }))).toEqual({ name: "" });
  });

  test("the machine's, where the installation says so, in a session named after the execution, kept until it ends", async () => {
    const { asked, time, assume } = watched();
    const identity = createIdentity({ machineRoles: true, externalId: "baton", assume }, () => time.now);
    const of = () => identity(caller({ machineRoleArn })).credentials?.();
    expect(await of()).toMatchObject({ accessKeyId: "key 1" });
    expect(await of()).toMatchObject({ accessKeyId: "key 1" });
    time.now = 56 * 60_000; // less than five minutes are left
    expect(await of()).toMatchObject({ accessKeyId: "key 2" });
    expect(asked[0]).toEqual({
      roleArn: machineRoleArn,
      session: "baton-order-1",
      region: "us-east-1",
      externalId: "baton",
    });
  });

  const stateMachineArn = "arn:aws:states:us-east-1:111111111111:stateMachine:orders";

  test("the machine's ARN is the external id, and no session is another machine's", async () => {
    const { asked, assume } = watched();
    const identity = createIdentity({ assume }, () => 0);
    const machines = [stateMachineArn, `${stateMachineArn}2`, stateMachineArn, `${stateMachineArn} é`];
    const names = new Set<string>();
    for (const arn of machines) {
      const { name, credentials } = identity(caller({ roleArn, stateMachineArn: arn }));
      names.add(name);
      await credentials?.();
    }
    expect(asked.map(({ session, externalId }) => [session, externalId])).toEqual([
      ["baton-order-1", stateMachineArn],
      ["baton-order-1", `${stateMachineArn}2`],
      ["baton-order-1", undefined], // a name that STS would not take
    ]);
    expect(names.size).toBe(3);
  });

  test("the session of an execution that nobody is told of has its machine's name", async () => {
    const { asked, assume } = watched();
    const { claim: _, ...express } = caller({ roleArn, stateMachineArn });
    await createIdentity({ assume, externalId: "own" }, () => 0)(express).credentials?.();
    expect(asked).toMatchObject([{ session: "baton-orders", externalId: "own" }]);
  });

  test("the Credentials' by the machine's", async () => {
    const { asked, assume } = watched();
    await createIdentity({ machineRoles: true, assume })(caller({ machineRoleArn, roleArn })).credentials?.();
    expect(asked.map((request) => [request.roleArn, request.by?.accessKeyId])).toEqual([
      [machineRoleArn, undefined],
      [roleArn, "key 1"],
    ]);
  });

  test("an outage is not remembered", async () => {
    let up = false;
    const assume = async () => {
      if (!up) throw new Error("down");
      return { accessKeyId: "key", secretAccessKey: "s", expiration: new Date(3_600_000) };
    };
    const { credentials } = createIdentity({ assume }, () => 0)(caller({ roleArn }));
    await expect(credentials?.()).rejects.toThrow("down");
    up = true;
    expect(await credentials?.()).toMatchObject({ accessKeyId: "key" });
  });
});

describe("an STS in trouble", () => {
  const answers: (readonly [status: number, code: string])[] = [];
  let server: AnsweringServer;
  const reply = (): Reply => {
    const [status, code] = answers.shift() ?? [503, "ServiceUnavailable"];
    const body = status === 200 ? assumed : `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`;
    return { status, headers: { "Content-Type": "text/xml" }, body };
  };
  const credentials = "<AccessKeyId>K</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>";
  const assumed = `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;

  beforeAll(async () => {
    server = await startAnswering();
    server.rules = [[/./, reply]];
    vi.stubEnv("AWS_ENDPOINT_URL_STS", server.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  const note = JSON.stringify({ describe: { action: "getQueryExecution", parameters: { QueryExecutionId: "q" } } });
  const poll = () => jobs?.poll({ ...jobOf("athena:startQueryExecution.sync", note), roleArn, claim });

  test("is asked again, which does no harm", async () => {
    answers.push([503, "ServiceUnavailable"], [400, "Throttling"], [200, ""]);
    const given = createIdentity()(caller({ roleArn })).credentials?.();
    expect(await given).toMatchObject({ accessKeyId: "K", sessionToken: "t" });
  });

  test("does not end the state that waits for a job: it is asked for again", async () => {
    expect(await poll()).toEqual({ kind: "running" });
  });

  test("fails a call as one that did not come through, as where a service itself cannot be reached", async () => {
    expect(await callWith({}, "arn:aws:states:::aws-sdk:athena:getWorkGroup", {}, { roleArn, claim })).toEqual({
      kind: "failed",
      error: "Athena.SdkClientException",
      cause: expect.stringMatching(/^Unable to execute HTTP request: The role \S+ could not be assumed: /),
    });
  });

  test("is none where it says no", async () => {
    answers.push([403, "AccessDenied"]);
    expect(await poll()).toMatchObject({ kind: "failed", error: "States.Permissions" });
    expect(answers).toEqual([]);
  });
});

const { started, title } = await withServers("STS", { s3: true });

describe.runIf(started)(title, () => {
  test("a call is made in the session of its role", async () => {
    const result = await callWith(
      { functions: [] },
      "arn:aws:states:::aws-sdk:sts:getCallerIdentity",
      {},
      { roleArn, claim },
    );
    expect(result.kind === "succeeded" && JSON.parse(result.output)).toMatchObject({
      Arn: "arn:aws:sts::222222222222:assumed-role/other/baton-order-1",
    });
  });
});
