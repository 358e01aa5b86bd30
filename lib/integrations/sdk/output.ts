/** What an SDK command answered, as the JSON of a state's result. */
import { type Schema, shapeOf } from "./schema.ts";

export interface OutputStyle {
  readonly nameOf: (member: string) => string;
  readonly time: (time: Date) => string | number;
  readonly bytes: "base64" | "text";
}

/** Streams are read to their end: nobody could come back for the rest. */
export async function outputFrom(value: unknown, schema: Schema, style: OutputStyle): Promise<unknown> {
  if (value === undefined || value === null) return undefined;
  const shape = shapeOf(schema);
  switch (shape.kind) {
    case "time":
      return value instanceof Date ? style.time(value) : value;
    case "bytes":
    case "stream":
      return bytesFrom(value, style);
    case "number":
      return numberFrom(value);
    case "list":
      return Array.isArray(value) ? Promise.all(value.map((item) => outputFrom(item, shape.of, style))) : [];
    case "map":
      return membersFrom(
        Object.entries(value).map(([key, item]) => [key, item, shape.of]),
        style,
      );
    case "members": {
      if (isStream(value)) return eventsFrom(value, schema, style);
      const found = value as Readonly<Record<string, unknown>>;
      const members = shape.members.map(({ name, schema }): Entry => [style.nameOf(name), found[name], schema]);
      return membersFrom(members.sort(byName), style);
    }
    default:
      return value;
  }
}

function isStream(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

/** Of a stream of events: all of them, each as the one member that it has. */
async function eventsFrom(stream: AsyncIterable<unknown>, schema: Schema, style: OutputStyle): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of stream) events.push(await outputFrom(event, schema, style));
  return events;
}

type Entry = readonly [name: string, value: unknown, schema: Schema];

function byName([left]: Entry, [right]: Entry): number {
  return left < right ? -1 : 1;
}

async function membersFrom(members: readonly Entry[], style: OutputStyle): Promise<object> {
  const read: (readonly [string, unknown])[] = [];
  for (const [name, value, schema] of members) {
    const item = await outputFrom(value, schema, style);
    if (item !== undefined) read.push([name, item]);
  }
  return Object.fromEntries(read);
}

/** Whole numbers beyond 2^53 come as bigint, and decimals of any length as an object around their text. */
function numberFrom(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "object" && value !== null && "string" in value ? Number(value.string) : value;
}

async function bytesFrom(value: unknown, { bytes }: OutputStyle): Promise<unknown> {
  if (typeof value === "object" && value !== null && "transformToByteArray" in value) {
    const read = value.transformToByteArray;
    if (typeof read === "function") return textOf(await read.call(value), bytes);
  }
  return value instanceof Uint8Array ? textOf(value, bytes) : value;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are no text are base64 in any case: the service loses them. */
function textOf(bytes: Uint8Array, style: OutputStyle["bytes"]): string {
  if (style === "base64") return Buffer.from(bytes).toString("base64");
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString("base64");
  }
}
