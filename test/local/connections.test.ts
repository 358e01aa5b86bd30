/** The connections of HTTP tasks in a file: what is wrong with one is said, and nobody is asked. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { connectionsIn } from "../../lib/local/connections.ts";
import { callWith } from "../integrations/call-with.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-connections-"));
const file = join(folder, "connections.json");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = (connection: object) => {
  writeFileSync(file, JSON.stringify({ mine: connection }));
  return callWith(
    { functions: [], http: { reach: { loopback: true }, connections: connectionsIn(file) } },
    "arn:aws:states:::http:invoke",
    {
      ApiEndpoint: "http://127.0.0.1:1/",
      Method: "GET",
      Authentication: { ConnectionArn: "arn:aws:events:us-east-1:000000000000:connection/mine/1" },
    },
  );
};

const key = { ApiKeyAuthParameters: { ApiKeyName: "X-Key", ApiKeyValue: "k" } };
const oauth = (given: object) => ({
  AuthorizationType: "OAUTH_CLIENT_CREDENTIALS",
  AuthParameters: {
    OAuthParameters: { AuthorizationEndpoint: "http://127.0.0.1:1/token", HttpMethod: "POST", ...given },
  },
});
const client = { ClientParameters: { ClientID: "id", ClientSecret: "s" } };

test.each([
  [{ AuthorizationType: "BEARER" }, 'has the AuthorizationType "BEARER"; it must be one of BASIC, '],
  [{ AuthorizationType: "API_KEY" }, "needs a string at AuthParameters.ApiKeyAuthParameters.ApiKeyName."],
  [oauth({}), "needs a string at AuthParameters.OAuthParameters.ClientParameters.ClientID."],
  [oauth({ ...client, AuthorizationEndpoint: "/token" }), "AuthorizationEndpoint '/token', which is no URL."],
  [
    {
      AuthorizationType: "API_KEY",
      AuthParameters: { ...key, InvocationHttpParameters: { HeaderParameters: { "X-A": "b" } } },
    },
    "at AuthParameters.InvocationHttpParameters.HeaderParameters.",
  ],
  [
    oauth({ ...client, OAuthHttpParameters: { BodyParameters: [{ Name: "scope", Value: "all" }] } }),
    "at AuthParameters.OAuthParameters.OAuthHttpParameters.BodyParameters.",
  ],
])("%j", async (connection, cause) => {
  expect(await call(connection)).toEqual({
    kind: "failed",
    error: "Events.ConnectionResource.InvalidConnectionState",
    cause: expect.stringMatching(new RegExp(`^Connection 'mine' in \\S+ .*${cause.replace(/[.()[\]]/g, "\\$&")}`)),
  });
});

test("one that is as it should be is used", async () => {
  const parameters = { HeaderParameters: [{ Key: "X-A", Value: "b" }] };
  const connection = { AuthorizationType: "API_KEY", AuthParameters: { ...key, InvocationHttpParameters: parameters } };
  expect(await call(connection)).toMatchObject({ error: "States.Http.Socket" });
});
