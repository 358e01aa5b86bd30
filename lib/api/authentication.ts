/**
 * Who calls. Requests to the service are signed (Signature Version 4, service `states`); deployed, the
 * signature is verified here against Baton's own access keys, as nobody in front of us does. On loopback
 * nothing is verified and the signature only says Region and account.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Instant } from "../asl/position.ts";
import { Refusal } from "./refusal.ts";

export interface Caller {
  readonly accessKeyId: string;
  readonly account: string;
  readonly region: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Answers who signed the request, or throws the Refusal that says why nobody did. */
export type Verifier = (request: SignedRequest, now: Instant) => Promise<Caller>;

export interface VerifierOptions {
  /** The secret of an access key; undefined: there is no such key. */
  readonly secretOf: (accessKeyId: string) => Promise<string | undefined>;
  /** Signatures for another Region are refused. */
  readonly region: string;
}

const algorithm = "AWS4-HMAC-SHA256";
const service = "states";
const clockSkewMilliseconds = 5 * 60 * 1000;

export function createVerifier({ secretOf, region }: VerifierOptions): Verifier {
  return async (request, now) => {
    const claim = readClaim(request.headers);
    checkScope(claim, region);
    checkMoment(claim, now);
    const secret = await secretOf(claim.accessKeyId);
    if (secret === undefined)
      throw refused("UnrecognizedClientException", "The security token included in the request is invalid.");
    checkSignature(request, claim, secret);
    return { accessKeyId: claim.accessKeyId, ...accountAndRegion(claim) };
  };
}

const nobody = { accessKeyId: "", account: "000000000000", region: "us-east-1" };

/** An access key id of 12 digits names the account: a habit of local AWS servers. */
export function unverifiedCaller(headers: Headers): Caller {
  const header = headers.get("authorization") ?? "";
  const [, accessKeyId, region] = /Credential=([^/,\s]+)\/\d{8}\/([a-z0-9-]{1,32})\//.exec(header) ?? [];
  return accessKeyId && region ? { accessKeyId, ...accountAndRegion({ accessKeyId, region }) } : nobody;
}

function accountAndRegion({
  accessKeyId,
  region,
}: {
  accessKeyId: string;
  region: string;
}): Omit<Caller, "accessKeyId"> {
  return { account: /^\d{12}$/.test(accessKeyId) ? accessKeyId : nobody.account, region };
}

/** What the request says of its own signature. */
interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly moment: string;
}

function readClaim(headers: Headers): Claim {
  const header = headers.get("authorization");
  if (!header) throw refused("MissingAuthenticationTokenException", "Missing Authentication Token");
  const field = (name: string): string => new RegExp(`[ ,]${name}=([^,\\s]+)`).exec(header)?.[1] ?? "";
  const [accessKeyId, day, region, scoped, end, ...rest] = field("Credential").split("/");
  const signedHeaders = field("SignedHeaders").split(";");
  const signature = field("Signature");
  const moment = headers.get("x-amz-date") ?? "";
  const complete = accessKeyId && day && region && scoped && end === "aws4_request" && rest.length === 0;
  if (!header.startsWith(`${algorithm} `) || !complete || !signature || !/^\d{8}T\d{6}Z$/.test(moment))
    throw refused(
      "IncompleteSignatureException",
      `Authorization header requires '${algorithm}' with 'Credential', 'SignedHeaders' and 'Signature', and the header 'X-Amz-Date'.`,
    );
  checkSignedHeaders(headers, signedHeaders);
  return { accessKeyId, day, region, service: scoped, signedHeaders, signature, moment };
}

/** What decides about the call must be signed; headers that proxies add need not be. */
const deciding = ["host", "x-amz-date", "x-amz-target", "x-amz-content-sha256", "x-amz-security-token"];

function checkSignedHeaders(headers: Headers, signed: readonly string[]): void {
  const missing = deciding.filter((name) => !signed.includes(name) && (name === "host" || headers.has(name)));
  if (missing.length > 0) throw invalidSignature(`${missing.join(", ")} must be among the signed headers.`);
}

function checkScope(claim: Claim, region: string): void {
  if (claim.service !== service)
    throw invalidSignature(`Credential should be scoped to correct service: '${service}'.`);
  if (claim.region !== region) throw invalidSignature("Credential should be scoped to a valid region.");
  if (claim.day !== claim.moment.slice(0, 8))
    throw invalidSignature(`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP`);
}

function checkMoment({ moment }: Claim, now: Instant): void {
  const signedAt = Date.parse(moment.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
  const [earliest, latest] = [now - clockSkewMilliseconds, now + clockSkewMilliseconds];
  if (Number.isNaN(signedAt)) throw invalidSignature(`'${moment}' is no date.`);
  if (signedAt < earliest)
    throw invalidSignature(
      `Signature expired: ${moment} is now earlier than ${basic(earliest)} (${basic(now)} - 5 min.)`,
    );
  if (signedAt > latest)
    throw invalidSignature(
      `Signature not yet current: ${moment} is still later than ${basic(latest)} (${basic(now)} + 5 min.)`,
    );
}

function basic(moment: Instant): string {
  return new Date(moment).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function checkSignature(request: SignedRequest, claim: Claim, secret: string): void {
  const bodyHash = sha256(request.body);
  const said = request.headers.get("x-amz-content-sha256");
  const expected = hmac(signingKey(claim, secret), stringToSign(request, claim, bodyHash)).toString("hex");
  if ((said !== null && said !== bodyHash) || !same(expected, claim.signature))
    throw invalidSignature(
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
}

function stringToSign(request: SignedRequest, claim: Claim, bodyHash: string): string {
  const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
  return [algorithm, claim.moment, scope, sha256(canonicalRequest(request, claim, bodyHash))].join("\n");
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function canonicalRequest({ method, url, headers }: SignedRequest, { signedHeaders }: Claim, bodyHash: string): string {
  const header = (name: string): string => `${name}:${(headers.get(name) ?? "").trim().replace(/\s+/g, " ")}\n`;
  return [
    method,
    url.pathname.split("/").map(encode).join("/"), // encoded once more than it came, except for S3
    canonicalQuery(url.searchParams),
    signedHeaders.map(header).join(""),
    signedHeaders.join(";"),
    bodyHash,
  ].join("\n");
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query].map(([name, value]) => [encode(name), encode(value)] as const);
  return pairs
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** All but letters, digits and `-._~`; encodeURIComponent spares five characters too many. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signingKey({ day, region, service: scoped }: Claim, secret: string): Buffer {
  return [day, region, scoped, "aws4_request"].reduce(hmac, Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function invalidSignature(text: string): Refusal {
  return refused("InvalidSignatureException", text);
}

function refused(name: string, text: string): Refusal {
  return new Refusal(name, text, { namespace: "framework", status: 403 });
}
