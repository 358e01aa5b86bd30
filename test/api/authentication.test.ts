/**
 * Signatures: what the SDK's own signer makes is accepted, and nothing else. Every part of a signed
 * request is changed once.
 */
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, test } from "vitest";
import { createVerifier, type VerifiedRequest } from "../../lib/api/authentication.ts";
import { mintBearer } from "../../lib/api/bearer.ts";
import { createHandler } from "../../lib/api/handler.ts";
import { signedHeadersOf } from "../../lib/api/signature.ts";
import { memoryWorld } from "./memory-world.ts";

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const key = { accessKeyId: "BATONKEY", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

const verify = createVerifier({
  keyOf: async (id) => (id === key.accessKeyId ? { ...key, role: "admin" } : undefined),
  region: "eu-west-1",
});

class Sha256 {
  readonly #secret: string | Uint8Array | undefined;
  readonly #parts: (string | Uint8Array)[] = [];
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = typeof secret === "string" || secret === undefined ? secret : bytesOf(secret);
  }
  update(part: string | ArrayBuffer | ArrayBufferView): void {
    this.#parts.push(typeof part === "string" ? part : bytesOf(part));
  }
  async digest(): Promise<Uint8Array> {
    const hash = this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
    for (const part of this.#parts) hash.update(part);
    return hash.digest();
  }
  reset(): void {}
}

function bytesOf(content: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(content)
    ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
    : new Uint8Array(content);
}

interface Signing {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly body?: string;
  readonly at?: number;
  readonly service?: string;
  readonly region?: string;
  readonly credentials?: typeof key;
  readonly headers?: Record<string, string>;
}

/** With headers that can be read one by one and changed. */
interface Signed extends VerifiedRequest {
  readonly headers: Headers;
}

async function signed(signing: Signing = {}): Promise<Signed> {
  const { method = "POST", path = "/", query = {}, body = "{}", at = now } = signing;
  const { service = "states", region = "eu-west-1", credentials = key } = signing;
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const headers = {
    host: "api.example:8443",
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "AWSStepFunctions.ListStateMachines",
    ...signing.headers,
  };
  const unsigned = { method, protocol: "https:", hostname: "api.example", path, query, headers, body };
  const request = await signer.sign(unsigned, { signingDate: new Date(at) });
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
  );
  return {
    method,
    url: new URL(`https://api.example:8443${path}?${search}`),
    headers: new Headers(request.headers),
    body: Buffer.from(body),
    mayBear: true,
  };
}

async function outcome(request: VerifiedRequest, at = now): Promise<string> {
  try {
    const { accessKeyId, region } = await verify(request, at);
    return `${accessKeyId} in ${region}`;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : "";
  }
}

function withHeader(request: Signed, name: string, value: string | undefined): Signed {
  const headers = new Headers(request.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...request, headers };
}

describe("accepted", () => {
  test.each<[string, Signing]>([
    ["the wire protocol", {}],
    ["a path", { method: "GET", path: "/state-machines/orders", body: "" }],
    [
      "a path of letters that need encoding",
      { method: "GET", path: "/state-machines/a%20b%C3%A9!'()*/executions", body: "" },
    ],
    ["a query out of order", { method: "GET", path: "/x", query: { b: "2", a: "1 +/~", "a!": "é" }, body: "" }],
    ["a query with a name twice", { method: "GET", path: "/x", query: { a: ["z", "b"] }, body: "" }],
    ["a body of other alphabets", { body: '{"name":"ø"}' }],
    ["a header with blanks", { headers: { "x-more": "  a   b " } }],
    ["a clock 4 minutes behind", { at: now - 240_000 }],
    ["a clock 4 minutes ahead", { at: now + 240_000 }],
  ])("%s", async (_, signing) => {
    expect(await outcome(await signed(signing))).toBe("BATONKEY in eu-west-1");
  });
});

describe("refused", () => {
  const mismatch = /^InvalidSignatureException: The request signature we calculated does not match/;

  test.each<[string, (request: Signed) => Signed, RegExp]>([
    [
      "no signature",
      (request) => withHeader(request, "authorization", undefined),
      /^MissingAuthenticationTokenException: Missing Authentication Token$/,
    ],
    [
      "another scheme",
      (request) => withHeader(request, "authorization", "Basic token"),
      /^IncompleteSignatureException/,
    ],
    [
      "a presigned URL",
      (request) => ({
        ...withHeader(request, "authorization", undefined),
        url: new URL("https://api.example/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"),
      }),
      /^IncompleteSignatureException: Presigned requests are not accepted; sign with the header 'Authorization'\.$/,
    ],
    [
      "half a signature",
      (request) => withHeader(request, "authorization", "AWS4-HMAC-SHA256 Credential=a/b"),
      /^IncompleteSignatureException/,
    ],
    ["no date", (request) => withHeader(request, "x-amz-date", undefined), /^IncompleteSignatureException/],
    ["another body", (request) => ({ ...request, body: Buffer.from("{ }") }), mismatch],
    ["another method", (request) => ({ ...request, method: "PUT" }), mismatch],
    ["another path", (request) => ({ ...request, url: new URL("https://api.example/x") }), mismatch],
    ["a query", (request) => ({ ...request, url: new URL("https://api.example/?a=b") }), mismatch],
    ["another host", (request) => withHeader(request, "host", "evil.example"), mismatch],
    [
      "another operation",
      (request) => withHeader(request, "x-amz-target", "AWSStepFunctions.DeleteStateMachine"),
      mismatch,
    ],
    ["another second", (request) => withHeader(request, "x-amz-date", "20260102T030406Z"), mismatch],
    ["another day", (request) => withHeader(request, "x-amz-date", "20260101T030405Z"), /Date in Credential scope/],
    ["no such day", (request) => withHeader(request, "x-amz-date", "20260199T030405Z"), /^InvalidSignatureException/],
    [
      "a body hash that is not the body's",
      (request) => withHeader(request, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
      mismatch,
    ],
    [
      "an unsigned target",
      (request) => change(request, /;x-amz-target/, ""),
      /x-amz-target must be among the signed headers/,
    ],
    ...["(", "", "ä"].map((name): [string, (request: Signed) => Signed, RegExp] => [
      `'${name}' as a signed header`,
      (request) => change(request, /host;/, `host;${name};`),
      /is no header's name/,
    ]),
    ["an unsigned host", (request) => change(request, /host;/, ""), /host must be among the signed headers/],
    ["a changed signature", (request) => change(request, /Signature=./, "Signature=x"), mismatch],
    ["a shorter signature", (request) => change(request, /.$/, ""), mismatch],
    [
      "a token that nobody signed",
      (request) => withHeader(request, "x-amz-security-token", "t"),
      /x-amz-security-token must be among/,
    ],
  ])("%s", async (_, alter, expected) => {
    expect(await outcome(alter(await signed()))).toMatch(expected);
  });

  function change(request: Signed, part: RegExp, by: string): Signed {
    return withHeader(request, "authorization", (request.headers.get("authorization") ?? "").replace(part, by));
  }

  test.each<[string, Signing, string]>([
    [
      "an unknown key",
      { credentials: { ...key, accessKeyId: "OTHER" } },
      "UnrecognizedClientException: The security token included in the request is invalid.",
    ],
    [
      "another secret",
      { credentials: { ...key, secretAccessKey: "guess" } },
      "InvalidSignatureException: The request signature we calculated",
    ],
    [
      "another service",
      { service: "sqs" },
      "InvalidSignatureException: Credential should be scoped to correct service: 'states'.",
    ],
    [
      "another Region",
      { region: "us-east-1" },
      "InvalidSignatureException: Credential should be scoped to a valid region.",
    ],
    [
      "an old request",
      { at: now - 301_000 },
      "InvalidSignatureException: Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)",
    ],
    [
      "a request from tomorrow",
      { at: now + 301_000 },
      "InvalidSignatureException: Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)",
    ],
  ])("%s", async (_, signing, expected) => {
    expect((await outcome(await signed(signing))).startsWith(expected)).toBe(true);
  });
});

test.each(["r".repeat(33), "eu_west_1", "日本"])(
  "where every Region is a world of its own, %s is none",
  async (region) => {
    const anywhere = createVerifier({ keyOf: async () => ({ ...key, role: "admin" }) });
    const unsigned = { method: "GET", url: new URL("https://api.example/"), headers: new Headers(), body: Buffer.of() };
    const headers = signedHeadersOf(unsigned, { credentials: key, region: "eu-west-1", now });
    const authorization = (headers.get("authorization") ?? "").replace(
      "eu-west-1",
      Buffer.from(region).toString("latin1"),
    );
    headers.set("authorization", authorization);
    await expect(anywhere({ ...unsigned, headers, mayBear: true }, now)).rejects.toThrow(
      "Credential should be scoped to a valid region.",
    );
  },
);

describe("bearer tokens", () => {
  const later = Math.floor(now / 1000) + 60;
  const token = mintBearer(key);

  async function bearing(text: string, mayBear = true): Promise<string> {
    const headers = new Headers({ authorization: `Bearer ${text}` });
    return await outcome({ method: "GET", url: new URL("https://api.example/x"), headers, body: Buffer.of(), mayBear });
  }

  const invalid = "UnrecognizedClientException: The security token included in the request is invalid.";

  test.each<[string, string, string]>([
    ["as long as the key", token, "BATONKEY in eu-west-1"],
    ["for a minute more", mintBearer(key, later), "BATONKEY in eu-west-1"],
    [
      "over",
      mintBearer(key, later - 60),
      "ExpiredTokenException: The security token included in the request is expired",
    ],
    ["made to last longer", mintBearer(key, later).replace(`_${later}_`, "_0_"), invalid],
    ["of another secret", mintBearer({ ...key, secretAccessKey: "guess" }), invalid],
    ["of an unknown key", mintBearer({ ...key, accessKeyId: "OTHER" }), invalid],
    ["one digit off", token.replace(/.$/, (last) => (last === "0" ? "1" : "0")), invalid],
    ["shorter", token.slice(0, -1), invalid],
    ["the secret itself", key.secretAccessKey, invalid],
    ["nothing like it", "token", invalid],
  ])("%s", async (_, text, expected) => {
    expect(await bearing(text)).toBe(expected);
  });

  test("only where the request may bear one: the wire protocol is signed", async () => {
    expect(await bearing(token, false)).toMatch(/^IncompleteSignatureException/);
  });
});

test("our own signer makes what the verifier takes", async () => {
  const url = new URL("https://api.example/state-machines/a%20b?status=RUNNING&wait=1");
  const unsigned = { method: "POST", url, headers: new Headers({ "x-more": " a  b" }), body: Buffer.from("{}") };
  const credentials = { ...key, sessionToken: "t" };
  const headers = signedHeadersOf(unsigned, { credentials, region: "eu-west-1", now });
  expect(await outcome({ ...unsigned, headers, mayBear: true })).toBe("BATONKEY in eu-west-1");
});

describe("in the handler", () => {
  const handler = createHandler(memoryWorld().engine, {
    authentication: verify,
    tenant: { account: "123456789012", region: "eu-west-1" },
  });

  test.each([
    ["POST", "/", "com.amazon.coral.service#MissingAuthenticationTokenException"],
    ["GET", "/state-machines", undefined],
    ["GET", "/nothing", undefined],
  ])("unsigned %s %s: 403 whatever it asks for", async (method, path, type) => {
    const response = await handler(new Request(`http://api.example${path}`, { method }));
    expect(response.status).toBe(403);
    expect(response.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
    expect(JSON.parse(await response.text()).__type).toBe(type);
  });

  test("a bearer token opens REST and tells whose it is, the wire protocol stays shut", async () => {
    const authorization = `Bearer ${mintBearer(key)}`;
    const open = createHandler(memoryWorld().engine, { authentication: (request) => verify(request, now) });
    const ask = async (path: string, method = "GET"): Promise<Response> =>
      await open(new Request(`http://api.example${path}`, { method, headers: { authorization } }));
    expect(await (await ask("/caller")).json()).toEqual({ accessKeyId: "BATONKEY", role: "admin" });
    expect((await ask("/state-machines")).status).toBe(200);
    expect((await ask("/", "POST")).status).toBe(403);
  });

  test("health is for everybody", async () => {
    expect((await handler(new Request("http://api.example/health"))).status).toBe(200);
  });
});

describe("a key that was replaced a moment ago", () => {
  const before = { ...key, secretAccessKey: "before" };
  const remembering = createVerifier({
    keyOf: async (_, doubted) => ({ ...(doubted ? key : before), role: "admin" }),
    region: "eu-west-1",
  });

  test("signs at once: what is remembered of it is doubted first", async () => {
    await expect(remembering(await signed(), now)).resolves.toMatchObject({ accessKeyId: key.accessKeyId });
    await expect(remembering(await signed({ credentials: before }), now)).resolves.toBeDefined();
    const neither = await signed({ credentials: { ...key, secretAccessKey: "neither" } });
    await expect(remembering(neither, now)).rejects.toMatchObject({ name: "InvalidSignatureException" });
  });

  test("bears at once", async () => {
    const token = mintBearer(key, now / 1_000 + 60);
    const request = { ...(await signed()), mayBear: true, headers: new Headers({ authorization: `Bearer ${token}` }) };
    await expect(remembering(request, now)).resolves.toMatchObject({ accessKeyId: key.accessKeyId });
  });
});
