/**
 * How a body is stored: short ones as they are, longer ones compressed, and what is large even then in S3,
 * with its name in the item or the message. Whoever reads gets the body back and cannot tell which it was.
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/**
 * DynamoDB charges each KB begun of the whole item, keys and attribute names included; with what is left of
 * the first KB for those, a shorter body cannot get cheaper.
 */
const compressedFrom = 768;

/** A write of n KB to the table costs n × 0.625 USD a million, a write to S3 costs 5 USD a million: equal at 8 KB. */
export const largestInItem = 8 * 1_024;

/** A body once compressed, if that made it shorter. */
export type Compact =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "deflated"; readonly bytes: Uint8Array };

/** `name` is that of an object in the bucket. */
export type Stored = Compact | { readonly kind: "object"; readonly name: string };

/** The bucket, as far as bodies need it. */
export interface Objects {
  putObject(name: string, content: Compact): Promise<void>;
  getObject(name: string): Promise<string | undefined>;
  /** The bucket's rules count its age from here on anew. */
  renewObject(name: string): Promise<void>;
}

const compress = promisify(deflate);
const expand = promisify(inflate);

export async function compact(body: string): Promise<Compact> {
  const length = Buffer.byteLength(body);
  if (length <= compressedFrom) return { kind: "text", text: body };
  const compressed = await deflated(body);
  return compressed.bytes.length < length ? compressed : { kind: "text", text: body };
}

export async function deflated(body: string): Promise<Extract<Compact, { kind: "deflated" }>> {
  return { kind: "deflated", bytes: await compress(body) };
}

export async function compactText(content: Compact): Promise<string> {
  return content.kind === "text" ? content.text : (await expand(content.bytes)).toString("utf8");
}

function sizeOf(content: Compact): number {
  return content.kind === "text" ? Buffer.byteLength(content.text) : content.bytes.length;
}

/** The object is there before anything names it. Its name follows from the body, so writing again is harmless. */
export async function store(objects: Objects, owner: string, body: string, largest = largestInItem): Promise<Stored> {
  const content = await compact(body);
  if (sizeOf(content) <= largest) return content;
  const name = `${owner}/${createHash("sha256").update(body).digest("hex")}`;
  await objects.putObject(name, content);
  return { kind: "object", name };
}

export async function restore(objects: Objects, stored: Stored): Promise<string> {
  const body = await restoreIfThere(objects, stored);
  if (body !== undefined) return body;
  const { name } = stored as Extract<Stored, { kind: "object" }>; // nothing else can be missing
  throw new Error(`object ${name} is named in the table or a message, but not there`);
}

/** Undefined: it is an object, and the bucket's rules have taken it. */
export async function restoreIfThere(objects: Objects, stored: Stored): Promise<string | undefined> {
  return stored.kind === "object" ? objects.getObject(stored.name) : compactText(stored);
}

export type Item = Record<string, AttributeValue>;

/** The attributes that hold a body: `body` as text or bytes, or `object`. */
export function bodyAttributes(stored: Stored): Item {
  switch (stored.kind) {
    case "text":
      return { body: { S: stored.text } };
    case "deflated":
      return { body: { B: stored.bytes } };
    case "object":
      return { object: { S: stored.name } };
  }
}

/** Undefined: the item holds none. */
export function readBodyAttributes(item: Item): Stored | undefined {
  if (item["object"]?.S !== undefined) return { kind: "object", name: item["object"].S };
  if (item["body"]?.B !== undefined) return { kind: "deflated", bytes: item["body"].B };
  return item["body"]?.S === undefined ? undefined : { kind: "text", text: item["body"].S };
}
