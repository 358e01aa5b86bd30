/** The API of a cluster as a Task calls it, against a server that answers as Kubernetes was documented to. */

import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { CallResult } from "../../lib/engine/ports.ts";
import { createTasks } from "../../lib/integrations/integrations.ts";
import { type AnsweringServer, startAnswering } from "./answering.ts";
import { callWith } from "./call-with.ts";
import { makeAuthority, missingOpenssl } from "./certificates.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const options = {
  functions: [],
  http: { reach: { loopback: true } },
  identity: () => ({ name: "role", credentials: async () => credentials }),
};

describe("Kubernetes", () => {
  let server: AnsweringServer;
  beforeAll(async () => {
    server = await startAnswering();
  });
  beforeEach(() => void server.asked.splice(0));
  afterAll(() => server.close());

  const cluster = () => ({ ClusterName: "MyCluster", CertificateAuthority: "QUJD", Endpoint: server.url });
  const begin = (action: string, input: object): Promise<CallResult> =>
    callWith(options, `arn:aws:states:::eks:${action}`, { ...cluster(), ...input });
  const read = (result: CallResult) => JSON.parse(result.kind === "failed" ? result.cause : result.output);
  const job = { metadata: { name: "pi" }, spec: { backoffLimit: 0 } };
  const jobs = "/apis/batch/v1/namespaces/default/jobs";

  test("is asked with a token that says who the role is", async () => {
    server.rules = [[/^GET \/api\/v1\/namespaces\/default\/pods/, () => ({ body: { kind: "PodList", items: [] } })]];
    const result = await begin("call", {
      Method: "GET",
      Path: "/api/v1/namespaces/default/pods",
      QueryParameters: { labelSelector: ["job-name=pi"] },
    });
    expect(read(result)).toMatchObject({ ResponseBody: { kind: "PodList" }, StatusCode: 200, StatusText: "OK" });
    const [asked] = server.asked;
    expect(asked?.path).toBe("/api/v1/namespaces/default/pods?labelSelector=job-name%3Dpi");
    const [, token = ""] = /^Bearer k8s-aws-v1\.([\w-]+)$/.exec(String(asked?.headers["authorization"])) ?? [];
    const url = new URL(Buffer.from(token, "base64url").toString("utf8"));
    expect(url.host).toBe("sts.us-east-1.amazonaws.com");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: "GetCallerIdentity",
      "X-Amz-Expires": "60",
      "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
      "X-Amz-Credential": expect.stringMatching(/^AKIDEXAMPLE\/\d+\/us-east-1\/sts\/aws4_request$/),
    });
  });

  test("refuses: the status is the error's name", async () => {
    server.rules = [[/^POST/, () => ({ status: 409, body: { reason: "AlreadyExists" } })]];
    const result = await begin("runJob.sync", { Job: job });
    expect(result).toMatchObject({ kind: "failed", error: "EKS.409" });
    expect(read(result)).toMatchObject({ ResponseBody: { reason: "AlreadyExists" }, StatusCode: 409 });
    expect(JSON.parse(server.asked[0]?.body ?? "")).toEqual(job);
  });

  test.each([
    ["call", { Method: "GET" }, /^The parameters of 'eks:call' must have a 'Method', and a 'Path'/],
    ["call", { Method: "GET", Path: "/", Endpoint: 1 }, /^A call of Kubernetes must have the strings/],
    ["runJob", {}, /must have a 'Job'/],
    ["call", { Method: "GET", Path: "/", Endpoint: "https://169.254.169.254" }, /which HTTP tasks must not reach/],
  ])("%s with %j is not called", async (action, input, cause) => {
    const result = await begin(action, input);
    expect(result).toEqual({ kind: "failed", error: "States.Runtime", cause: expect.stringMatching(cause) });
    expect(server.asked).toEqual([]);
  });

  /** A job that ends like this, and whose one pod has said so. */
  function ending(type: string): void {
    let asked = 0;
    const status = () => ({ conditions: asked++ === 0 ? [] : [{ type, status: "True" }] });
    const pod = { metadata: { name: "pi-x" }, spec: { containers: [{ name: "pi" }, { name: "side" }] } };
    server.rules = [
      [/^POST /, () => ({ status: 201, body: job })],
      [/^GET .*\/jobs\/pi /, () => ({ body: { ...job, status: status() } })],
      [/^GET .*\/log\?.*container=pi/, () => ({ headers: { "Content-Type": "text/plain" }, body: '{ "pi": 3.14 }' })],
      [/^GET .*\/log\?.*container=side/, () => ({ status: 400, body: { reason: "none" } })],
      [/^GET .*\/pods\?/, () => ({ body: { items: [pod] } })],
      [/^DELETE /, () => ({ body: {} })],
    ];
  }

  async function run(input: object) {
    const tasks = createTasks(options);
    const begun = await begin("runJob.sync", input);
    const { signal } = new AbortController();
    const resource = "arn:aws:states:::eks:runJob.sync";
    const note = begun.kind === "submitted" ? (begun.job ?? "") : "";
    return { jobs: tasks.jobs, call: { resource, region: "us-east-1", account: "111111111111", signal, job: note } };
  }

  test("a job that completes is the result, with its logs", async () => {
    ending("Complete");
    const LogOptions = { RetrieveLogs: true, LogParameters: { tailLines: ["6"] } };
    const { jobs: polled, call } = await run({ Job: job, LogOptions });
    expect(await polled?.poll(call)).toEqual({ kind: "running" });
    const ended = await polled?.poll(call);
    expect(ended?.kind === "succeeded" && JSON.parse(ended.output)).toEqual({
      ...job,
      status: { conditions: [{ type: "Complete", status: "True" }] },
      logs: {
        pods: {
          "pi-x": {
            containers: {
              pi: { log: { pi: 3.14 } },
              side: { error: "EKS.400", cause: expect.stringContaining("none") },
            },
          },
        },
      },
    });
    expect(server.asked.some(({ path }) => path.includes("tailLines=6"))).toBe(true);
  });

  test("a job that fails is a failure that tells all of it", async () => {
    ending("Failed");
    const { jobs: polled, call } = await run({ Job: job });
    await polled?.poll(call);
    const ended = await polled?.poll(call);
    expect(ended).toMatchObject({ kind: "failed", error: "States.TaskFailed" });
    expect(ended?.kind === "failed" && JSON.parse(ended.cause)).toMatchObject({ metadata: { name: "pi" } });
  });

  test("a job that nobody waits for any more is deleted, with its pods", async () => {
    ending("Complete");
    const { jobs: stopped, call } = await run({ Job: job });
    await stopped?.stop(call);
    expect(server.asked.at(-1)).toMatchObject({
      method: "DELETE",
      path: `${jobs}/pi?propagationPolicy=Background`,
    });
  });
});

describe.skipIf(missingOpenssl)(`a cluster by TLS${missingOpenssl ? ` (skipped: ${missingOpenssl})` : ""}`, () => {
  const own = missingOpenssl ? undefined : makeAuthority();
  const names = "IP:127.0.0.1,DNS:cluster.example";
  const reach = { loopback: true, resolve: async () => ["127.0.0.1"] };

  async function ask(host: string, certified: string, authority = own): Promise<CallResult> {
    const server = await startAnswering(authority?.vouchFor(certified));
    onTestFinished(() => server.close());
    server.rules = [[/^GET \/version/, () => ({ body: { major: "1" } })]];
    const result = await callWith({ ...options, http: { reach } }, "arn:aws:states:::eks:call", {
      ClusterName: "c",
      CertificateAuthority: Buffer.from(own?.cert ?? "").toString("base64"),
      Endpoint: server.url.replace("127.0.0.1", host),
      Method: "GET",
      Path: "/version",
    });
    expect(server.asked).toHaveLength(result.kind === "succeeded" ? 1 : 0);
    return result;
  }

  test.each(["127.0.0.1", "cluster.example"])(
    "is believed where its own authority vouches for it: %s",
    async (host) => {
      const result = await ask(host, names);
      expect(result.kind === "succeeded" && JSON.parse(result.output)).toMatchObject({ ResponseBody: { major: "1" } });
    },
  );

  test("is told nothing, no token either, where another authority does", async () => {
    expect(await ask("127.0.0.1", names, makeAuthority())).toEqual({
      kind: "failed",
      error: "EKS.SdkClientException",
      cause: expect.stringMatching(/^Unable to execute HTTP request: .*(certificate|signature)/),
    });
  });

  test("is told nothing where the certificate is another host's", async () => {
    expect(await ask("cluster.example", "DNS:other.example")).toEqual({
      kind: "failed",
      error: "EKS.SdkClientException",
      cause: expect.stringMatching(/^Unable to execute HTTP request: .*cluster\.example/),
    });
  });
});
