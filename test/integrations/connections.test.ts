/**
 * Connections as EventBridge keeps them, against moto; and what TestState shows of an HTTP task's request and answer,
 * with and without what the connection adds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateConnectionCommand, type CreateConnectionRequest, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SFNClient, TestStateCommand, type TestStateInput } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { type AnsweringServer, startAnswering } from "./answering.ts";
import { callWith } from "./call-with.ts";
import { withServers } from "./with-servers.ts";

const { started, title } = await withServers("connections of EventBridge", { s3: true });

describe.runIf(started)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-connections-"));
  let server: AnsweringServer;
  let baton: LocalBaton;
  let states: SFNClient;

  beforeAll(async () => {
    server = await startAnswering();
    server.rules = [
      [/^POST \/token/, () => ({ body: { access_token: "t1", expires_in: 3600 } })],
      [
        /^(GET|POST) \/(json|teapot)/,
        ({ path }) => ({ status: path.startsWith("/json") ? 200 : 418, body: { ok: 1 } }),
      ],
    ];
    baton = await startLocal({ folder, port: 0, httpToLoopback: true });
    states = new SFNClient({ endpoint: baton.url, disableHostPrefix: true });
  });
  afterAll(async () => {
    await baton.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  async function connection(one: Omit<CreateConnectionRequest, "Name">, Name: string): Promise<string> {
    return (await new EventBridgeClient().send(new CreateConnectionCommand({ Name, ...one }))).ConnectionArn ?? "";
  }

  const basic = () => ({
    AuthorizationType: "BASIC" as const,
    AuthParameters: {
      BasicAuthParameters: { Username: "u", Password: "p" },
      InvocationHttpParameters: {
        HeaderParameters: [{ Key: "X-Own", Value: "secret-header", IsValueSecret: false }],
        QueryStringParameters: [{ Key: "own", Value: "secret-query" }],
        BodyParameters: [{ Key: "own", Value: "secret-body" }],
      },
    },
  });

  test.each([
    ["basic", basic, "authorization", "Basic dTpw"],
    [
      "api-key",
      () => ({
        AuthorizationType: "API_KEY" as const,
        AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "x-api-key", ApiKeyValue: "k" } },
      }),
      "x-api-key",
      "k",
    ],
    [
      "oauth",
      () => ({
        AuthorizationType: "OAUTH_CLIENT_CREDENTIALS" as const,
        AuthParameters: {
          OAuthParameters: {
            AuthorizationEndpoint: `${server.url}/token`,
            HttpMethod: "POST" as const,
            ClientParameters: { ClientID: "id", ClientSecret: "s" },
          },
        },
      }),
      "authorization",
      "Bearer t1",
    ],
  ] as const)("%s", async (name, made, header, value) => {
    const ConnectionArn = await connection(made(), name);
    const given = { ApiEndpoint: `${server.url}/json`, Method: "GET", Authentication: { ConnectionArn } };
    const options = { functions: [], http: { reach: { loopback: true } } };
    expect(await callWith(options, "arn:aws:states:::http:invoke", given)).toMatchObject({ kind: "succeeded" });
    expect(server.asked.at(-1)?.headers[header]).toBe(value);
  });

  test("one that is not there", async () => {
    const ConnectionArn = "arn:aws:events:us-east-1:123456789012:connection/none/1";
    const given = { ApiEndpoint: `${server.url}/json`, Method: "GET", Authentication: { ConnectionArn } };
    expect(await callWith({ functions: [] }, "arn:aws:states:::http:invoke", given)).toMatchObject({
      kind: "failed",
      error: "Events.ConnectionResource.InvalidConnectionState",
    });
  });

  describe("TestState of an HTTP task", () => {
    const roleArn = "arn:aws:iam::123456789012:role/any";
    let ConnectionArn = "";
    beforeAll(async () => {
      ConnectionArn = await connection(basic(), "traced");
    });

    function tested(path: string, more: Partial<TestStateInput>) {
      const Parameters = {
        ApiEndpoint: server.url + path,
        Method: "POST",
        Authentication: { ConnectionArn },
        Headers: { mine: "h1" },
        QueryParameters: { q: "q1" },
        RequestBody: { message: "hello" },
      };
      const definition = { Type: "Task", Resource: "arn:aws:states:::http:invoke", Parameters, End: true };
      return states.send(
        new TestStateCommand({ definition: JSON.stringify(definition), roleArn, input: "{}", ...more }),
      );
    }

    test("TRACE with revealSecrets: all that was sent and came back", async () => {
      const { status, inspectionData } = await tested("/json", { inspectionLevel: "TRACE", revealSecrets: true });
      expect(status).toBe("SUCCEEDED");
      expect(inspectionData?.request).toMatchObject({
        protocol: "http",
        method: "POST",
        url: `${server.url}/json?q=q1&own=secret-query`,
        headers: expect.stringMatching(/^\[.*mine: h1, .*Authorization: Basic dTpw.*, Range: bytes=0-262144\]$/),
        body: '{"message":"hello","own":"secret-body"}',
      });
      expect(inspectionData?.response).toMatchObject({
        protocol: "http",
        statusCode: "200",
        statusMessage: "OK",
        headers: expect.stringMatching(/^\[.*Content-Type: application\/json.*\]$/),
        body: '{"ok":1}',
      });
    });

    test("TRACE without: nothing of what the connection adds, though it was sent", async () => {
      const { inspectionData } = await tested("/teapot", { inspectionLevel: "TRACE" });
      expect(inspectionData?.request).toMatchObject({
        url: `${server.url}/teapot?q=q1`,
        body: '{"message":"hello"}',
      });
      expect(JSON.stringify(inspectionData?.request)).not.toMatch(/secret|Basic/);
      expect(inspectionData?.response).toMatchObject({ statusCode: "418" });
      expect(server.asked.at(-1)).toMatchObject({
        path: "/teapot?q=q1&own=secret-query",
        body: '{"message":"hello","own":"secret-body"}',
      });
    });

    test("DEBUG: neither request nor answer", async () => {
      const { inspectionData } = await tested("/json", { inspectionLevel: "DEBUG" });
      expect(inspectionData).toHaveProperty("result");
      expect(inspectionData).not.toHaveProperty("request");
    });
  });
});
