/**
 * The SDK's own description of an operation, read to turn a state's JSON into a command's input and a
 * command's output into JSON: which names are members and which are a user's keys, what is a date, what
 * is bytes, what is to be text. The form is the one in which client packages carry it.
 */

/** A number for a simple type, or an array that begins with its kind; possibly behind a function, or `[schema, traits]`. */
export type Schema = number | typeof nothing | readonly unknown[] | (() => Schema);

/** Of an operation that takes nothing or answers nothing. */
const nothing = "unit";

export type Shape =
  | { readonly kind: "text" | "number" | "boolean" | "time" | "document" | "bytes" | "stream" }
  | { readonly kind: "list" | "map"; readonly of: Schema }
  | { readonly kind: "members"; readonly members: readonly Member[] };

export interface Member {
  readonly name: string;
  readonly schema: Schema;
  /** The service takes this member for the name of the request: given twice, it acts once. */
  readonly isIdempotencyToken: boolean;
}

const simple: Readonly<Record<number, Exclude<Shape, { of: Schema } | { members: unknown }>["kind"]>> = {
  0: "text",
  1: "number",
  2: "boolean",
  4: "time",
  5: "time",
  6: "time",
  7: "time",
  15: "document",
  17: "number",
  19: "number",
  21: "bytes",
  42: "stream",
};

const listModifier = 64;
const mapModifier = 128;

/** The first element of a schema that is an array. */
const kinds = { simple: 0, list: 1, map: 2, structure: 3, union: 4, error: -3, operation: 9 } as const;

/** Bit of a member's traits. */
const idempotencyToken = 4;

export function shapeOf(schema: Schema): Shape {
  if (typeof schema === "function") return shapeOf(schema());
  if (typeof schema === "number") return simpleShape(schema);
  if (schema === nothing) return { kind: "members", members: [] };
  if (schema.length === 2) return shapeOf(schema[0] as Schema); // a member: schema and traits
  const [kind, , , , first, second] = schema;
  switch (kind) {
    case kinds.simple:
      return shapeOf(first as Schema);
    case kinds.list:
      return { kind: "list", of: first as Schema };
    case kinds.map:
      return { kind: "map", of: second as Schema };
    case kinds.structure:
    case kinds.union:
    case kinds.error:
      return { kind: "members", members: membersIn(first as readonly string[], second as readonly Schema[]) };
    default:
      throw new Error(`the SDK describes a value by a schema of kind ${kind}, which is not known here`);
  }
}

function simpleShape(type: number): Shape {
  if ((type & mapModifier) !== 0) return { kind: "map", of: type & ~mapModifier };
  if ((type & listModifier) !== 0) return { kind: "list", of: type & ~listModifier };
  const kind = simple[type];
  if (kind === undefined) throw new Error(`the SDK describes a value by the type ${type}, which is not known here`);
  return { kind };
}

function membersIn(names: readonly string[], schemas: readonly Schema[]): readonly Member[] {
  return names.map((name, at) => {
    const schema = schemas[at] ?? 0;
    return { name, schema, isIdempotencyToken: isToken(schema) };
  });
}

function isToken(schema: Schema): boolean {
  if (!Array.isArray(schema) || schema.length !== 2) return false;
  const traits: unknown = schema[1];
  if (typeof traits === "number") return (traits & idempotencyToken) !== 0;
  return typeof traits === "object" && traits !== null && "idempotencyToken" in traits;
}

export interface Operation {
  readonly input: Schema;
  readonly output: Schema;
}

/** Undefined where the package is older than such descriptions. */
export function operationOf(schema: Schema | undefined): Operation | undefined {
  if (!Array.isArray(schema) || schema[0] !== kinds.operation) return undefined;
  return { input: schema[4] as Schema, output: schema[5] as Schema };
}
