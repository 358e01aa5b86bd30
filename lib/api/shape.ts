/**
 * Input shapes of the operations, as data: a table can be checked against the service's model and turned
 * into a document. `check` turns `unknown` into the input of an operation, or refuses with the service's
 * texts: SerializationException for a wrong JSON type, one ValidationException for all broken constraints.
 */
import { type Refusal, unreadable, validationFailed } from "./refusal.ts";

export type Shape = Text | Integer | Decimal | Flag | List | Structure;

export interface Text {
  readonly kind: "text";
  readonly min?: number;
  readonly max?: number;
  /** As the service's model writes it. */
  readonly pattern?: string;
  readonly allowed?: readonly string[];
  /** The value is not repeated in an error. */
  readonly sensitive?: true;
  /** Bounded by the installation's limit for payloads, in bytes, instead of `max`. */
  readonly payload?: true;
}

export interface Integer {
  readonly kind: "integer";
  readonly min: number;
  readonly max: number;
}

export interface Decimal {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
}

export interface Flag {
  readonly kind: "flag";
}

export interface List {
  readonly kind: "list";
  readonly of: Shape;
  readonly min?: number;
  readonly max?: number;
}

export interface Structure {
  readonly kind: "structure";
  readonly required: Members;
  readonly optional: Members;
}

type Members = Readonly<Record<string, Shape>>;

/** What `check` gives for a shape. */
export type Input<S> = S extends { kind: "text"; allowed: readonly (infer T)[] }
  ? T
  : S extends Text
    ? string
    : S extends Integer | Decimal
      ? number
      : S extends Flag
        ? boolean
        : S extends { kind: "list"; of: infer Of }
          ? readonly Input<Of>[]
          : S extends { kind: "structure"; required: infer R; optional: infer O }
            ? { readonly [K in keyof R]: Input<R[K]> } & { readonly [K in keyof O]?: Input<O[K]> }
            : never;

export function text<const T extends Omit<Text, "kind">>(limits: T): T & { readonly kind: "text" } {
  return { ...limits, kind: "text" };
}

export function oneOf<const T extends readonly string[]>(
  ...allowed: T
): { readonly kind: "text"; readonly allowed: T } {
  return { kind: "text", allowed };
}

export function integer(min: number, max: number): Integer {
  return { kind: "integer", min, max };
}

export function number(min: number, max: number): Decimal {
  return { kind: "number", min, max };
}

export const flag: Flag = { kind: "flag" };

export function list<const Of extends Shape>(
  of: Of,
  limits: Pick<List, "min" | "max"> = {},
): Pick<List, "min" | "max"> & { readonly kind: "list"; readonly of: Of } {
  return { ...limits, kind: "list", of };
}

export function structure<const R extends Members, const O extends Members = Record<never, Shape>>(
  required: R,
  optional: O = {} as O, // the default type has no members either
): { readonly kind: "structure"; readonly required: R; readonly optional: O } {
  return { kind: "structure", required, optional };
}

export interface Limits {
  readonly payloadBytes: number;
}

export function check<S extends Structure>(shape: S, value: unknown, limits: Limits): Input<S> {
  const findings: string[] = [];
  const checked = inspect(shape, value, "", { limits, findings });
  if (findings.length > 0) throw validationFailed(findings);
  return checked as Input<S>; // `inspect` has followed the shape that `Input` is computed from
}

interface Inspection {
  readonly limits: Limits;
  readonly findings: string[];
}

/** The value with its known members only; what breaks a constraint is added to the findings. */
function inspect(shape: Shape, value: unknown, at: string, inspection: Inspection): unknown {
  switch (shape.kind) {
    case "text":
      if (typeof value !== "string") throw mismatch(value, "String");
      inspectText(shape, value, at, inspection);
      return value;
    case "integer":
      if (typeof value !== "number" || !Number.isInteger(value)) throw mismatch(value, "Integer");
      inspectNumber(shape, value, at, inspection);
      return value;
    case "number":
      if (typeof value !== "number") throw mismatch(value, "Float");
      inspectNumber(shape, value, at, inspection);
      return value;
    case "flag":
      if (typeof value !== "boolean") throw mismatch(value, "Boolean");
      return value;
    case "list":
      if (!Array.isArray(value)) throw mismatch(value, "List");
      inspectLength(shape, value, at, inspection);
      return value.map((item, index) => inspectItem(shape.of, item, `${at}.${index + 1}.member`, inspection));
    case "structure":
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw mismatch(value, "Structure");
      return inspectMembers(shape, value, at, inspection);
  }
}

function inspectLength({ min, max }: List, value: readonly unknown[], at: string, { findings }: Inspection): void {
  if (min !== undefined && value.length < min)
    findings.push(broken("Value", at, `Member must have length greater than or equal to ${min}`));
  if (max !== undefined && value.length > max)
    findings.push(broken("Value", at, `Member must have length less than or equal to ${max}`));
}

function inspectItem(shape: Shape, value: unknown, at: string, inspection: Inspection): unknown {
  if (value !== null) return inspect(shape, value, at, inspection);
  inspection.findings.push(broken("Value null", at, "Member must not be null"));
  return undefined;
}

function inspectMembers(shape: Structure, value: object, at: string, inspection: Inspection): object {
  const given = new Map<string, unknown>(Object.entries(value));
  const known: Record<string, unknown> = {};
  const place = (name: string): string => (at === "" ? name : `${at}.${name}`);
  for (const [name, member] of Object.entries(shape.required))
    known[name] = inspectItem(member, given.get(name) ?? null, place(name), inspection);
  for (const [name, member] of Object.entries(shape.optional)) {
    const found = given.get(name) ?? null; // null in the protocol is the absence of the member
    if (found !== null) known[name] = inspect(member, found, place(name), inspection);
  }
  return known;
}

/** A value longer than any limit here is not worth its bytes in the answer. */
const longestEcho = 4096;

function inspectText(shape: Text, value: string, at: string, { limits, findings }: Inspection): void {
  const shown = shape.sensitive ? "Value" : `Value '${value.slice(0, longestEcho)}'`;
  const complain = (constraint: string): void => {
    findings.push(broken(shown, at, constraint));
  };
  if (shape.min !== undefined && value.length < shape.min)
    complain(`Member must have length greater than or equal to ${shape.min}`);
  if (shape.max !== undefined && value.length > shape.max)
    complain(`Member must have length less than or equal to ${shape.max}`);
  if (shape.payload && Buffer.byteLength(value) > limits.payloadBytes)
    findings.push(tooManyBytes(shown, at, limits.payloadBytes));
  if (shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`, "u").test(value))
    complain(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  if (shape.allowed && !shape.allowed.includes(value))
    complain(`Member must satisfy enum value set: [${shape.allowed.join(", ")}]`);
}

export function tooManyBytes(value: string, at: string, limit: number): string {
  return broken(value, at, `Member must have size less than or equal to ${limit} bytes in UTF-8 encoding`);
}

function inspectNumber(shape: Integer | Decimal, value: number, at: string, { findings }: Inspection): void {
  if (value < shape.min)
    findings.push(broken(`Value '${value}'`, at, `Member must have value greater than or equal to ${shape.min}`));
  if (value > shape.max)
    findings.push(broken(`Value '${value}'`, at, `Member must have value less than or equal to ${shape.max}`));
}

function broken(value: string, at: string, constraint: string): string {
  return `${value} at '${at}' failed to satisfy constraint: ${constraint}`;
}

function mismatch(value: unknown, wanted: string): Refusal {
  if (Array.isArray(value)) return unreadable("Start of list found where not expected");
  if (typeof value === "object" && value !== null)
    return unreadable("Start of structure or map found where not expected");
  return unreadable(`${tokenName(value)} can not be converted to ${wanted === "Integer" ? "an" : "a"} ${wanted}`);
}

function tokenName(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "STRING_VALUE";
    case "number":
      return Number.isInteger(value) ? "NUMBER_VALUE" : "DECIMAL_VALUE";
    case "boolean":
      return value ? "TRUE_VALUE" : "FALSE_VALUE";
    default:
      return "NULL_VALUE";
  }
}
