/** What S3 refuses, with the two ids by which its support finds a request. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { callWith } from "./call-with.ts";

const text = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
const headers: Record<string, string> = { "content-type": "application/xml", "x-amz-request-id": "45CB" };
const server = createServer((request, answer) => {
  const extended = request.url?.includes("other") ? {} : { "x-amz-id-2": "s9lzHYrF+/=" };
  answer.writeHead(404, { ...headers, ...extended }).end(text);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("AWS_ENDPOINT_URL_S3", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "test");
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

test.each([
  ["orders.csv", "Service: S3, Status Code: 404, Request ID: 45CB, Extended Request ID: s9lzHYrF+/="],
  ["other.csv", "Service: S3, Status Code: 404, Request ID: 45CB"],
])("%s: (%s)", async (Key, details) => {
  expect(await callWith({ functions: [] }, "arn:aws:states:::aws-sdk:s3:getObject", { Bucket: "b", Key })).toEqual({
    kind: "failed",
    error: "S3.NoSuchKeyException",
    cause: `The specified key does not exist. (${details})`,
  });
});
