/**
 * A message's body on its way through SQS: the engine's text as it is, or, where the attribute `encoding`
 * says so, compressed in base64, or the name of the object that holds it.
 */
import { deflated, largestInItem, type Objects, restore, type Stored, store } from "./body.ts";

export const encodingAttribute = "encoding";

export interface Wire {
  readonly body: string;
  readonly encoding?: "deflate" | "object";
}

/**
 * SQS charges each 64 KB of a message as a request: up to here, with base64's third more, a message costs the
 * same whatever its size, and beyond it ten of them still are far from the limit of a batch.
 */
const largestInMessage = 45 * 1_024;

/** Messages are gone in weeks, so they are kept apart from what belongs to an execution's log. */
const messageObjects = "messages";

export async function wrap(objects: Objects, body: string): Promise<Stored> {
  return store(objects, messageObjects, body, largestInMessage);
}

/** For a row of the table, which is charged by the KB. */
export async function wrapForTable(objects: Objects, body: string): Promise<Stored> {
  return store(objects, messageObjects, body, largestInItem);
}

export async function toWire(stored: Stored): Promise<Wire> {
  if (stored.kind === "object") return { body: stored.name, encoding: "object" };
  if (stored.kind === "text" && !refused.test(stored.text)) return { body: stored.text };
  const { bytes } = stored.kind === "text" ? await deflated(stored.text) : stored;
  return { body: Buffer.from(bytes).toString("base64"), encoding: "deflate" };
}

/** SQS takes what XML takes; a payload may hold the rest, and must not stop its execution. */
const refused = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export async function fromWire(objects: Objects, body: string, encoding: string | undefined): Promise<string> {
  switch (encoding) {
    case undefined:
      return body;
    case "deflate":
      return restore(objects, { kind: "deflated", bytes: Buffer.from(body, "base64") });
    case "object":
      return restore(objects, { kind: "object", name: body });
    default:
      throw new Error(`a message's body is encoded as '${encoding}', which this build of Baton does not know`);
  }
}
