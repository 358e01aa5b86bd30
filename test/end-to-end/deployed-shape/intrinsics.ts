/** CloudFormation's functions, as far as a template of ours uses them; another one is an error, not a guess. */
import type { Json, JsonObject } from "./assembly.ts";

/** What a reference may be made to. Asking creates the resource first, as CloudFormation orders by reference. */
export interface References {
  ref(logicalId: string): Promise<string>;
  attribute(logicalId: string, name: string): Promise<string>;
}

export async function resolve(value: Json, references: References): Promise<Json> {
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return Promise.all(value.map((item) => resolve(item, references)));
  const [name, ...others] = Object.keys(value);
  const intrinsic = name === undefined || others.length > 0 ? undefined : intrinsics[name];
  if (intrinsic !== undefined && name !== undefined) return intrinsic(value[name] ?? null, references);
  if (name?.startsWith("Fn::")) throw new Error(`the runner does not know ${name}`);
  const entries = Object.entries(value).map(async ([key, item]) => [key, await resolve(item, references)]);
  return Object.fromEntries(await Promise.all(entries));
}

type Intrinsic = (argument: Json, references: References) => Promise<Json>;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: async (id, references) => references.ref(text(id)),
  "Fn::GetAtt": async (argument, references) => {
    const [id, name] = isList(argument) ? argument : text(argument).split(/\.(.*)/s);
    return references.attribute(text(id), text(name));
  },
  "Fn::Join": async (argument, references) => {
    const [separator, parts] = list(await resolve(argument, references));
    return list(parts).map(text).join(text(separator));
  },
  "Fn::Select": async (argument, references) => {
    const [index, items] = list(await resolve(argument, references));
    return list(items)[Number(index)] ?? null;
  },
  "Fn::Split": async (argument, references) => {
    const [separator, source] = list(await resolve(argument, references));
    return text(source).split(text(separator));
  },
  "Fn::Sub": substitute,
};

async function substitute(argument: Json, references: References): Promise<string> {
  const [template, variables] = isList(argument) ? argument : [argument, {}];
  const own = object(await resolve(variables ?? {}, references));
  const pieces = text(template).split(/\$\{([^}]+)\}/);
  const filled = pieces.map(async (piece, index) => {
    if (index % 2 === 0) return piece;
    const given = own[piece];
    if (given !== undefined) return text(given);
    const [id, attribute] = piece.split(/\.(.*)/s);
    return attribute === undefined ? references.ref(piece) : references.attribute(text(id), attribute);
  });
  return (await Promise.all(filled)).join("");
}

export function text(value: Json | undefined): string {
  if (typeof value === "string") return value;
  throw new Error(`a string was expected, not ${JSON.stringify(value)}`);
}

export function list(value: Json | undefined): readonly Json[] {
  if (isList(value)) return value;
  throw new Error(`a list was expected, not ${JSON.stringify(value)}`);
}

export function object(value: Json | undefined): JsonObject {
  if (typeof value === "object" && value !== null && !isList(value)) return value;
  throw new Error(`an object was expected, not ${JSON.stringify(value)}`);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
