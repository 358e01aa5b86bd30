/**
 * Signature Version 4 for the requests of this page, with the browser's own cryptography: the deployed API
 * takes nothing unsigned. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const algorithm = "AWS4-HMAC-SHA256";
const service = "states";
const encoder = new TextEncoder();

/** The request's headers with those of the signature. */
export async function signed(request: Unsigned, key: Key, now: Date): Promise<Record<string, string>> {
  const moment = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const bodyHash = await sha256(request.body);
  const headers = { ...request.headers, "x-amz-date": moment, "x-amz-content-sha256": bodyHash };
  const names = ["host", ...Object.keys(headers)].sort();
  const scope = `${moment.slice(0, 8)}/${key.region}/${service}/aws4_request`;
  const canonical = canonicalRequest(request, { ...headers, host: request.url.host }, names, bodyHash);
  const text = [algorithm, moment, scope, await sha256(canonical)].join("\n");
  let signing = encoder.encode(`AWS4${key.secretAccessKey}`);
  for (const part of scope.split("/")) signing = await hmac(signing, part);
  const signature = hex(await hmac(signing, text));
  const authorization = `${algorithm} Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...headers, authorization };
}

function canonicalRequest(
  { method, url }: Unsigned,
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
  bodyHash: string,
): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  return [
    method,
    url.pathname.split("/").map(encode).join("/"),
    query,
    names.map((name) => `${name}:${headers[name] ?? ""}\n`).join(""),
    names.join(";"),
    bodyHash,
  ].join("\n");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));
}

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
