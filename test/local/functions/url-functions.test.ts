/** Functions behind a URL, against a real server. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type UrlFunctions, urlFunctions } from "../../../lib/local/functions/url-functions.ts";
import { type Answer, type LambdaServer, startLambdaServer } from "../../integrations/lambda-server.ts";
import { invocation, told } from "./folder-of.ts";

let server: LambdaServer;
let functions: UrlFunctions;
beforeAll(async () => {
  server = await startLambdaServer();
  functions = urlFunctions({ f: `${server.url}/charge?v=1`, gone: "http://127.0.0.1:1/" });
});
afterAll(async () => {
  await functions.close();
  await server.close();
});
beforeEach(() => {
  server.asked.length = 0;
});

test.each<[what: string, answer: Answer, expected: string]>([
  ["a result", { body: '{"ok":true}' }, '{"ok":true}'],
  ["a result under another 2xx", { status: 201, body: "1" }, "1"],
  ["a result behind a byte order mark", { body: '\ufeff{"ok":true}' }, '{"ok":true}'],
  ["nothing", { status: 204, body: "" }, "null"],
  [
    "a failure by header",
    { headers: { "X-Amz-Function-Error": "Handled" }, body: '{"errorType":"Declined","errorMessage":"no"}' },
    "Declined: no",
  ],
  ["a failure by status", { status: 500, body: '{"errorType":"Declined","errorMessage":"no"}' }, "Declined: no"],
  [
    "a status and no body",
    { status: 503, body: "" },
    "undefined: The function's URL answered with status 503 and no body",
  ],
  ["not JSON", { body: "<html>" }, "Runtime.InvalidResponse: The function's answer is not JSON: <html>"],
  ["throttled", { status: 429 }, "refused: Rate Exceeded. (Service: Lambda, Status Code: 429, Request ID: <id>)"],
  [
    "above 6 MB",
    { body: JSON.stringify("x".repeat(7e6)) },
    "Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (6291556 bytes).",
  ],
])("%s", async (_what, answer, expected) => {
  server.answer = () => answer;
  expect(told(await functions.invoke(invocation("f", { n: 1 })))).toBe(expected);
  expect(server.asked.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual(['POST /charge?v=1 {"n":1}']);
});

test("a function that has no URL is somebody else's", async () => {
  expect(await functions.invoke(invocation("g", {}))).toBeUndefined();
});

test("a server that is not there", async () => {
  expect(told(await functions.invoke(invocation("gone", {})))).toMatch(
    /^refused: Unable to execute HTTP request: connect ECONNREFUSED/,
  );
});

test("a connection that breaks", async () => {
  server.answer = "break";
  expect(told(await functions.invoke(invocation("f", {})))).toBe(
    "refused: Unable to execute HTTP request: other side closed",
  );
  expect(server.asked).toHaveLength(1);
});

test("an attempt that is over", async () => {
  server.answer = "hang";
  const stop = new AbortController();
  const answer = functions.invoke(invocation("f", {}, { signal: stop.signal }));
  await expect.poll(() => server.asked.length).toBe(1);
  stop.abort(new Error("over"));
  await expect(answer).rejects.toThrow("over");
});

test("the connection is kept", async () => {
  server.answer = () => ({ body: "1" });
  for (let n = 0; n < 50; n += 1) await functions.invoke(invocation("f", { n }));
  expect(server.asked).toHaveLength(50);
});

test.each(["localhost:3000", "ftp://x/", ""])("the URL '%s' is refused at once", (url) => {
  expect(() => urlFunctions({ f: url })).toThrow("the URL of function 'f' must begin with http:// or https://");
});

test("the execution's trace goes along", async () => {
  server.answer = () => ({});
  await functions.invoke(invocation("f", {}, { traceHeader: "Root=1-2-3" }));
  expect(server.asked[0]?.headers["x-amzn-trace-id"]).toBe("Root=1-2-3");
});
