/** What S3 is asked for, and which of its answers are the user's to know: by a server that answers as S3 does. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Objects } from "../../lib/engine/map-run/ports.ts";
import { s3Objects } from "../../lib/integrations/s3-objects.ts";

const listing = `<ListBucketResult><IsTruncated>false</IsTruncated>
  <Contents><Key>a</Key><Size>1</Size><ETag>"e"</ETag><StorageClass>GLACIER</StorageClass></Contents>
</ListBucketResult>`;

const elsewhere = "<Error><Code>PermanentRedirect</Code><Message>It must be addressed elsewhere.</Message></Error>";

let asked: IncomingMessage[] = [];
const server = createServer((request, response) => {
  asked.push(request);
  if (request.url?.startsWith("/elsewhere")) response.writeHead(301).end(elsewhere);
  else if (request.url?.startsWith("/broken")) response.destroy();
  else if (request.url?.includes("list-type")) response.end(listing);
  else response.writeHead(200, { etag: '"tag"', "content-length": 2 }).end("[]");
});

let objects: Objects;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("AWS_ENDPOINT_URL_S3", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "test");
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
  objects = s3Objects();
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

test("an object is read in the version that was asked for, from the owner that was named", async () => {
  const place = { bucket: "b", key: "k", version: "v 1", owner: "111122223333" };
  expect(await objects.read(place)).toMatchObject({ kind: "object", size: 2, tag: '"tag"' });
  await objects.list(place);
  await objects.read({ bucket: "b", key: "k" });
  const [read, list, plain] = asked;
  expect(new URL(read?.url ?? "", "http://s3").searchParams.get("versionId")).toBe("v 1");
  for (const one of [read, list]) expect(one?.headers["x-amz-expected-bucket-owner"]).toBe("111122223333");
  expect(plain?.url).not.toContain("versionId");
  expect(plain?.headers).not.toHaveProperty("x-amz-expected-bucket-owner");
});

test("a list says in which class each object is kept", async () => {
  expect(await objects.list({ bucket: "b", key: "" })).toMatchObject({ objects: [{ storageClass: "GLACIER" }] });
});

test.each(["", "a/b", "arn:aws:s3:::b"])("'%s' is no bucket: refused before anything is sent", async (bucket) => {
  for (const answer of [objects.read({ bucket, key: "k" }), objects.write({ bucket, key: "k" }, "x")]) {
    expect(await answer).toMatchObject({
      kind: "refused",
      why: expect.stringContaining(`in the bucket '${bucket}': `),
    });
  }
  expect(asked).toEqual([]);
});

test("a bucket of another Region is refused; an answer that does not come is an outage", async () => {
  expect(await objects.read({ bucket: "elsewhere", key: "k" })).toMatchObject({
    kind: "refused",
    why: "The object 'k' in the bucket 'elsewhere': PermanentRedirect: It must be addressed elsewhere.",
  });
  await expect(objects.read({ bucket: "broken", key: "k" })).rejects.toThrow(/socket hang up/);
});
