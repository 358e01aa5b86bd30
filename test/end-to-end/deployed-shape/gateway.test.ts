/** API Gateway's routes, time-outs and answers, with functions that answer from memory. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Gateway, type Invokable, startGateway } from "./gateway.ts";

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway("000000000000");
  const route = (key: string, target: Invokable, timeoutMilliseconds = 10_000) => ({
    key,
    target,
    timeoutMilliseconds,
  });
  gateway.serve([
    route("$default", telling("default")),
    route("ANY /things/{rest+}", telling("greedy")),
    route("GET /things/{name}", telling("named")),
    route("GET /things/all", telling("exact")),
    route("GET /slow", { invoke: () => new Promise(() => {}) }, 20),
    route("GET /broken", {
      invoke: async () => ({ kind: "failed", gone: false, error: { errorType: "Error", errorMessage: "secret" } }),
    }),
    route("GET /bare", returning('{"just":"json"}')),
    route("GET /binary", returning('{"statusCode":200,"body":"aGk=","isBase64Encoded":true}')),
  ]);
});

afterAll(() => gateway.close());

test.each([
  // method path          status  body
  ["GET", "/things/all", 200, '{"route":"exact","parameters":{}}'],
  ["GET", "/things/one", 200, '{"route":"named","parameters":{"name":"one"}}'],
  ["PUT", "/things/one", 200, '{"route":"greedy","parameters":{"rest":"one"}}'],
  ["GET", "/things/a/b", 200, '{"route":"greedy","parameters":{"rest":"a/b"}}'],
  ["POST", "/", 200, '{"route":"default","parameters":{}}'],
  ["GET", "/slow", 503, '{"message":"Service Unavailable"}'],
  ["GET", "/broken", 500, '{"message":"Internal Server Error"}'],
  ["GET", "/bare", 200, '{"just":"json"}'],
  ["GET", "/binary", 200, "hi"],
])("%s %s: %i %s", async (method, path, status, body) => {
  const response = await fetch(`${gateway.endpoint}${path}`, { method });
  expect([response.status, await response.text()]).toEqual([status, body]);
});

test.each([
  ["application/json; charset=utf-8", false],
  ["text/plain", false],
  ["application/xml", false],
  ["application/x-amz-json-1.0", true],
  ["application/x-www-form-urlencoded", true],
  ["", true],
])("a body of type '%s' in base64: %s", async (type, expected) => {
  gateway.serve([{ key: "$default", timeoutMilliseconds: 10_000, target: { invoke: async (event) => echoed(event) } }]);
  const response = await fetch(gateway.endpoint, {
    method: "POST",
    headers: type === "" ? {} : { "content-type": type },
    body: Buffer.from("{}"),
  });
  expect(JSON.parse(await response.text())).toMatchObject({ isBase64Encoded: expected });
});

function telling(route: string): Invokable {
  return {
    invoke: async (event) => {
      const { pathParameters = {} } = JSON.parse(event);
      return { kind: "returned", payload: JSON.stringify({ route, parameters: pathParameters }) };
    },
  };
}

function returning(payload: string): Invokable {
  return { invoke: async () => ({ kind: "returned", payload }) };
}

function echoed(payload: string): { kind: "returned"; payload: string } {
  return { kind: "returned", payload };
}
