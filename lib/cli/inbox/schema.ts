/**
 * The JSON Schema of an answer, as far as people are asked by it: objects, lists, choices, numbers, texts and
 * flags, nested as deep as they like. The console makes its form of it, and both the console and `baton inbox
 * approve` hold the answer against it. Keywords beyond these are no rule here; the state that gets the answer
 * has the last word. What comes from outside becomes one in `read-schema.ts`.
 */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** What is wrong with the answer, each in a sentence that names the place; none: it is as asked for. */
export function problemsOf(schema: Schema, answer: unknown): readonly string[] {
  return wrongIn(schema, answer, "");
}

function wrongIn(schema: Schema, value: unknown, at: string): readonly string[] {
  const name = at === "" ? "The answer" : at;
  if (!isOfType(schema, value)) return [`${name} has to be ${typesOf(schema).map(withArticle).join(" or ")}.`];
  const allowed = schema.const === undefined ? schema.enum : [schema.const];
  if (allowed && !allowed.some((each) => isSame(each, value)))
    return [`${name} has to be one of ${allowed.map((each) => JSON.stringify(each)).join(", ")}.`];
  if (typeof value === "string") return wrongText(schema, value, name);
  if (typeof value === "number") return wrongNumber(schema, value, name);
  if (Array.isArray(value)) return wrongList(schema, value, at);
  return isObject(value) ? wrongObject(schema, value, at) : [];
}

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

function typesOf({ type }: Schema): readonly string[] {
  return typeof type === "string" ? [type] : Array.isArray(type) ? type : [];
}

function isOfType(schema: Schema, value: unknown): boolean {
  const wanted = typesOf(schema);
  return wanted.length === 0 || wanted.some((type) => types[type]?.(value) ?? true);
}

function withArticle(type: string): string {
  return type === "null" ? "null" : `${/^[aio]/.test(type) ? "an" : "a"} ${type}`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Enough for values that stand in an `enum`. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function wrongText({ minLength = 0, maxLength, pattern }: Schema, text: string, name: string): readonly string[] {
  const length = [...text].length;
  return [
    ...(length < minLength ? [`${name} needs at least ${characters(minLength)}.`] : []),
    ...(maxLength !== undefined && length > maxLength ? [`${name} may have at most ${characters(maxLength)}.`] : []),
    ...(pattern !== undefined && !matches(pattern, text) ? [`${name} has to match ${pattern}.`] : []),
  ];
}

function characters(count: number): string {
  return count === 1 ? "1 character" : `${count} characters`;
}

/** What is no regular expression here is no rule. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

function wrongNumber({ minimum, maximum }: Schema, number: number, name: string): readonly string[] {
  if (minimum !== undefined && number < minimum) return [`${name} has to be at least ${minimum}, but is ${number}.`];
  if (maximum !== undefined && number > maximum) return [`${name} has to be at most ${maximum}, but is ${number}.`];
  return [];
}

function wrongList({ items, minItems = 0, maxItems }: Schema, list: readonly unknown[], at: string): readonly string[] {
  const name = at === "" ? "The answer" : at;
  return [
    ...(list.length < minItems ? [`${name} needs at least ${minItems}, but has ${list.length}.`] : []),
    ...(maxItems !== undefined && list.length > maxItems
      ? [`${name} may have at most ${maxItems}, but has ${list.length}.`]
      : []),
    ...(items ? list.flatMap((each, index) => wrongIn(items, each, `${at}[${index}]`)) : []),
  ];
}

function wrongObject(
  { properties = {}, required = [], additionalProperties }: Schema,
  object: Readonly<Record<string, unknown>>,
  at: string,
): readonly string[] {
  const place = (name: string): string => (at === "" ? name : `${at}.${name}`);
  const missing = required.filter((name) => !Object.hasOwn(object, name));
  const unknown =
    additionalProperties === false ? Object.keys(object).filter((name) => !Object.hasOwn(properties, name)) : [];
  return [
    ...missing.map((name) => `${place(name)} has to be given.`),
    ...unknown.map((name) => `${place(name)} is not asked for.`),
    ...Object.entries(properties).flatMap(([name, schema]) =>
      Object.hasOwn(object, name) ? wrongIn(schema, object[name], place(name)) : [],
    ),
  ];
}
