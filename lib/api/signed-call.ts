/** Calls the wire API of an installation elsewhere, signed with one of its keys. */
import { type Credentials, signedHeadersOf } from "./signature.ts";

export interface Installation {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/** Rejects with the service's name and text for what it refuses. */
export async function signedCall(
  { endpoint, region, credentials }: Installation,
  operation: string,
  input: object,
  now: number,
): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(endpoint);
  const body = JSON.stringify(input);
  const headers = new Headers({
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `AWSStepFunctions.${operation}`,
  });
  const unsigned = { method: "POST", url, headers, body: Buffer.from(body) };
  const signed = signedHeadersOf(unsigned, { credentials, region, now });
  const response = await fetch(url, { method: "POST", headers: signed, body });
  const answer: Readonly<Record<string, unknown>> = JSON.parse((await response.text()) || "{}");
  if (response.ok) return answer;
  const name = String(answer["__type"] ?? response.status).replace(/^.*#/, "");
  throw new Error(`${name}: ${String(answer["message"] ?? answer["Message"] ?? "")}`);
}
