/**
 * Who calls. Requests are signed (Signature Version 4, service `states`) or, on the REST face, carry a bearer
 * token; deployed, both are verified here against Baton's own access keys, as nobody in front of us does. On
 * loopback nothing is verified by default and the signature only says Region and account.
 */
import { timingSafeEqual } from "node:crypto";
import type { Instant } from "../asl/position.ts";
import type { Access, AccessKey } from "../engine/ports.ts";
import { isGenuine, isOver, readBearer } from "./bearer.ts";
import type { SentHeaders } from "./http.ts";
import { Refusal } from "./refusal.ts";
import { algorithm, type Scope, type SignedRequest, service, sha256, signatureOf } from "./signature.ts";

export interface Caller {
  readonly accessKeyId: string;
  readonly account: string;
  readonly region: string;
  /** What was verified; absent where nothing was. */
  readonly access?: Access;
}

/** Where a bearer token is as good as a signature: the AWS SDKs make none. */
export interface VerifiedRequest extends SignedRequest {
  readonly mayBear: boolean;
}

/** Answers whose key the request was made with, or throws the Refusal that says why nobody's. */
export type Verifier = (request: VerifiedRequest, now: Instant) => Promise<Caller>;

export interface VerifierOptions {
  /** Undefined: there is no such key. `doubted`: the one it answered before did not sign, and may be remembered from before it was replaced. */
  readonly keyOf: (accessKeyId: string, doubted?: boolean) => Promise<AccessKey | undefined>;
  /** Signatures for another Region are refused; absent: each Region is a world of its own. */
  readonly region?: string;
}

/** A clock may be wrong by this much; as long may a signed request be sent once more. */
const clockSkewMilliseconds = 5 * 60 * 1000;

export function createVerifier({ keyOf, region }: VerifierOptions): Verifier {
  return async (request, now) => {
    const bearer = request.mayBear && /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "");
    if (bearer) return await verifyBearer(bearer[1] ?? "", { keyOf, ...(region !== undefined && { region }) }, now);
    const claim = readClaim(request);
    checkScope(claim, region);
    checkMoment(claim, now);
    const isSigner = ({ secretAccessKey }: AccessKey) => isSigned(request, claim, secretAccessKey);
    const { known, key } = await signerOf(keyOf, claim.accessKeyId, isSigner);
    if (!known) throw refused("UnrecognizedClientException", "The security token included in the request is invalid.");
    if (!key) throw wrongSignature();
    return { access: accessOf(key), accessKeyId: claim.accessKeyId, ...accountAndRegion(claim) };
  };
}

async function verifyBearer(text: string, { keyOf, region = nobody.region }: VerifierOptions, now: Instant) {
  const token = readBearer(text);
  const isSigner = ({ secretAccessKey }: AccessKey) => token !== undefined && isGenuine(token, secretAccessKey);
  const { key } = token ? await signerOf(keyOf, token.accessKeyId, isSigner) : {};
  if (!token || !key)
    throw refused("UnrecognizedClientException", "The security token included in the request is invalid.");
  if (isOver(token, now))
    throw refused("ExpiredTokenException", "The security token included in the request is expired");
  const { accessKeyId } = key;
  return { access: accessOf(key), accessKeyId, ...accountAndRegion({ accessKeyId, region }) };
}

/** The key of that id, if it signed; one that did not is asked for once more. */
async function signerOf(
  keyOf: VerifierOptions["keyOf"],
  accessKeyId: string,
  isSigner: (key: AccessKey) => boolean,
): Promise<{ readonly known: boolean; readonly key?: AccessKey }> {
  const remembered = await keyOf(accessKeyId);
  if (!remembered) return { known: false };
  if (isSigner(remembered)) return { known: true, key: remembered };
  const newer = await keyOf(accessKeyId, true);
  return newer && isSigner(newer) ? { known: true, key: newer } : { known: newer !== undefined };
}

/** The secret goes no further than this file. */
function accessOf({ accessKeyId, role, machines }: AccessKey): Access {
  return { accessKeyId, role, ...(machines && { machines }) };
}

/** It goes into ARNs and into the keys of the store. */
const regionName = /^[a-z0-9-]{1,32}$/;

const nobody = { accessKeyId: "", account: "000000000000", region: "us-east-1" };

/** An access key id of 12 digits names the account: a habit of local AWS servers. */
export function unverifiedCaller(headers: SentHeaders): Caller {
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
interface Claim extends Scope {
  readonly accessKeyId: string;
  readonly signature: string;
}

function readClaim({ headers, url }: SignedRequest): Claim {
  const header = headers.get("authorization");
  if (!header && url.searchParams.has("X-Amz-Signature"))
    throw refused(
      "IncompleteSignatureException",
      "Presigned requests are not accepted; sign with the header 'Authorization'.",
    );
  if (!header) throw refused("MissingAuthenticationTokenException", "Missing Authentication Token");
  const fields = fieldsOf(header);
  const field = (name: string): string => fields?.get(name) ?? "";
  const [accessKeyId, day, region, scoped, end, ...rest] = field("Credential").split("/");
  const signedHeaders = field("SignedHeaders").split(";");
  const signature = field("Signature");
  const moment = headers.get("x-amz-date") ?? "";
  const complete = accessKeyId && day && region && scoped && end === "aws4_request" && rest.length === 0;
  if (!complete || !signature || !/^\d{8}T\d{6}Z$/.test(moment))
    throw refused(
      "IncompleteSignatureException",
      `Authorization header requires '${algorithm}' with 'Credential', 'SignedHeaders' and 'Signature', and the header 'X-Amz-Date'.`,
    );
  checkSignedHeaders(headers, signedHeaders);
  return { accessKeyId, day, region, service: scoped, signedHeaders, signature, moment };
}

/** Exactly these three, each once: what is more could mean something to somebody who reads it otherwise. */
function fieldsOf(header: string): ReadonlyMap<string, string> | undefined {
  if (!header.startsWith(`${algorithm} `)) return undefined;
  const parts = header.slice(algorithm.length).split(",");
  const fields = parts.map((part) => /^ *(Credential|SignedHeaders|Signature)=([^\s,]+) *$/.exec(part));
  if (parts.length !== 3 || fields.includes(null)) return undefined;
  const found = new Map(fields.map((field) => [field?.[1] ?? "", field?.[2] ?? ""]));
  return found.size === 3 ? found : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens. The Fetch API throws at any other. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What decides about the call must be signed; headers that proxies add need not be. */
const deciding = ["host", "x-amz-date", "x-amz-target", "x-amz-content-sha256", "x-amz-security-token"];

function checkSignedHeaders(headers: SentHeaders, signed: readonly string[]): void {
  const odd = signed.find((name) => !headerName.test(name));
  if (odd !== undefined) throw invalidSignature(`'${odd}' among the signed headers is no header's name.`);
  const missing = deciding.filter((name) => !signed.includes(name) && (name === "host" || headers.has(name)));
  if (missing.length > 0) throw invalidSignature(`${missing.join(", ")} must be among the signed headers.`);
}

function checkScope(claim: Claim, region: string | undefined): void {
  if (claim.service !== service)
    throw invalidSignature(`Credential should be scoped to correct service: '${service}'.`);
  if (region === undefined ? !regionName.test(claim.region) : claim.region !== region)
    throw invalidSignature("Credential should be scoped to a valid region.");
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

function isSigned(request: SignedRequest, claim: Claim, secret: string): boolean {
  const said = request.headers.get("x-amz-content-sha256");
  return (said === null || said === sha256(request.body)) && same(signatureOf(request, claim, secret), claim.signature);
}

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function wrongSignature(): Refusal {
  return invalidSignature(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );
}

function invalidSignature(text: string): Refusal {
  return refused("InvalidSignatureException", text);
}

function refused(name: string, text: string): Refusal {
  return new Refusal(name, text, { namespace: "framework", status: 403 });
}
