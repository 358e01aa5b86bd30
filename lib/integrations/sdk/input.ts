/**
 * A state's parameters as the input of an SDK command. Read from their text, so that JSON which the service
 * wants as text (a message, an event's detail) arrives with its numbers as they were written.
 */
import type { JsonText } from "../../asl/json.ts";
import { compact, elementsOf, membersOf } from "../json-text.ts";
import { type Member, type Schema, shapeOf } from "./schema.ts";

/** Parameters that do not suit the operation; the text is the cause of the failure. */
export class UnsuitableParameters extends Error {}

export interface InputStyle {
  /** Bytes: base64 as DynamoDB has them, or the text itself, as SDK integrations take it. */
  readonly bytes: "base64" | "text";
  /** Given where the definition gives none, to each member that names the request. */
  readonly idempotencyToken: string;
  /** The member that a plain text is, where a structure with such a member is wanted. */
  readonly plainText?: string;
}

export function inputFrom(text: JsonText, schema: Schema, style: InputStyle): object {
  const shape = shapeOf(schema);
  if (shape.kind !== "members") throw new Error("the SDK describes an operation whose input has no members");
  const input = structure(text, shape.members, style, "");
  const token = shape.members.find((member) => member.isIdempotencyToken)?.name;
  return token === undefined || token in input ? input : { ...input, [token]: style.idempotencyToken };
}

function read(text: JsonText, schema: Schema, style: InputStyle, path: string): unknown {
  const shape = shapeOf(schema);
  switch (shape.kind) {
    case "text":
      return text.startsWith('"') ? JSON.parse(text) : compact(text);
    case "number":
      return numberFrom(text, path);
    case "boolean":
      return booleanFrom(text, path);
    case "time":
      return timeFrom(text, path);
    case "bytes":
    case "stream":
      return bytesFrom(text, style);
    case "document":
      return JSON.parse(text);
    case "list":
      return listFrom(text, shape.of, style, path);
    case "map":
      return mapFrom(text, shape.of, style, path);
    case "members":
      return structure(text, shape.members, style, path);
  }
}

function structure(text: JsonText, members: readonly Member[], style: InputStyle, path: string): object {
  const given = membersOf(plainTextIn(text, members, style) ?? text);
  if (given === undefined) throw unsuitable(path, text, "an object");
  const input: Record<string, unknown> = {};
  for (const [name, value] of given) {
    // A null is none to the services.
    if (value === "null") continue;
    const member = memberNamed(name, members);
    if (member === undefined) throw unknownField(path, name, members);
    input[member.name] = read(value, member.schema, style, `${path}/${name}`);
  }
  return input;
}

function plainTextIn(text: JsonText, members: readonly Member[], { plainText }: InputStyle): string | undefined {
  const stands = text.startsWith('"') && members.some(({ name }) => name === plainText);
  return stands ? `{${JSON.stringify(plainText)}:${text}}` : undefined;
}

/** `KmsKeyArn`, `KMSKeyArn` and `kmsKeyArn` are one and the same; where names differ in case only, the exact one counts. */
function memberNamed(name: string, members: readonly Member[]): Member | undefined {
  const lower = name === "Nul" ? "null" : name.toLowerCase();
  return (
    members.find((member) => member.name === name) ?? members.find((member) => member.name.toLowerCase() === lower)
  );
}

function unknownField(path: string, name: string, members: readonly Member[]): UnsuitableParameters {
  const allowed = members.map((member) => member.name.charAt(0).toUpperCase() + member.name.slice(1));
  return new UnsuitableParameters(
    `The field '${name}' at '${path === "" ? "/" : path}' of the parameters is not one of the service's: ${allowed.join(", ")}`,
  );
}

function unsuitable(path: string, text: JsonText, expected: string): UnsuitableParameters {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return new UnsuitableParameters(
    `The value at '${path === "" ? "/" : path}' of the parameters must be ${expected}, but was: ${shown}`,
  );
}

function unquoted(text: JsonText): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}

function numberFrom(text: JsonText, path: string): number {
  const value = Number(unquoted(text));
  if (text === '""' || !Number.isFinite(value)) throw unsuitable(path, text, "a number");
  return value;
}

function booleanFrom(text: JsonText, path: string): boolean {
  const value = unquoted(text);
  if (value !== "true" && value !== "false") throw unsuitable(path, text, "true or false");
  return value === "true";
}

/** ISO 8601 text, or seconds since 1970. */
function timeFrom(text: JsonText, path: string): Date {
  const value = text.startsWith('"') ? new Date(unquoted(text)) : new Date(Number(text) * 1_000);
  if (Number.isNaN(value.getTime())) throw unsuitable(path, text, "a time, as ISO 8601 text or in seconds since 1970");
  return value;
}

function bytesFrom(text: JsonText, { bytes }: InputStyle): Uint8Array {
  if (!text.startsWith('"')) return Buffer.from(compact(text));
  return Buffer.from(unquoted(text), bytes === "base64" ? "base64" : "utf8");
}

function listFrom(text: JsonText, of: Schema, style: InputStyle, path: string): readonly unknown[] {
  const elements = elementsOf(text);
  if (elements === undefined) throw unsuitable(path, text, "an array");
  return elements.map((element, at) => read(element, of, style, `${path}/${at}`));
}

function mapFrom(text: JsonText, of: Schema, style: InputStyle, path: string): object {
  const members = membersOf(text);
  if (members === undefined) throw unsuitable(path, text, "an object");
  return Object.fromEntries([...members].map(([key, value]) => [key, read(value, of, style, `${path}/${key}`)]));
}
