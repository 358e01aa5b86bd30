/**
 * Objects of the language as tables: which fields one may have, under which query language, how each is
 * read and under which name of `definition.ts` it is kept. What the service says about a field that is
 * unknown, missing, in excess or of the other language is said here, once for all objects.
 */
import type { QueryLanguage } from "../definition.ts";
import { isObject, type JsonObject, property, type Value } from "../json.ts";
import { inField, meant, type Place, report } from "./place.ts";

/** What the value means; `undefined` after a report. */
export type Reader<T> = (value: Value, place: Place) => T | undefined;

export interface Field<Name extends string, T> {
  readonly name: Name;
  readonly read: Reader<T>;
  readonly only: QueryLanguage | undefined;
}

/** How a field is read, and its name in `definition.ts`. */
export function field<Name extends string, T>(name: Name, read: Reader<T>, only?: QueryLanguage): Field<Name, T> {
  return { name, read, only };
}

/** A field that is allowed here and read elsewhere. */
export const elsewhere: Field<"", never> = { name: "", read: () => undefined, only: undefined };

export type Fields = Readonly<Record<string, Field<string, unknown>>>;

/** What a table's fields give: an object with the names of `definition.ts`. */
export type Read<F extends Fields> = {
  readonly [K in keyof F as Exclude<F[K]["name"], "">]?: F[K] extends Field<string, infer T> ? T : never;
};

export interface Shape<F extends Fields> {
  readonly fields: F;
  readonly required?: readonly (keyof F & string)[];
  /** Of each group exactly one has to be there. */
  readonly exactlyOne?: readonly (readonly (keyof F & string)[])[];
  /** Of each group at most one may be there. */
  readonly atMostOne?: readonly (readonly (keyof F & string)[])[];
}

export function asObject(value: Value, place: Place): JsonObject | undefined {
  return isObject(value) ? value : report(place, "Expected value of type [OBJECT]", { value });
}

export function readObject<F extends Fields>(shape: Shape<F>, value: Value, place: Place): Read<F> | undefined {
  const object = asObject(value, place);
  return object === undefined ? undefined : readFields(shape, object, place);
}

export function readFields<F extends Fields>(shape: Shape<F>, object: JsonObject, place: Place): Read<F> {
  judgePresence(shape, object, place);
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const known = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (known === undefined) unsupported(key, Object.keys(shape.fields), place);
    else if (!suits(known.only, place)) otherLanguage(key, known.only, place);
    else if (known.name !== "") keep(read, known.name, known.read(value, inField(place, key)));
  }
  // The table pairs each name with the type its reader gives; the compiler cannot follow that through a loop.
  return read as Read<F>;
}

function keep(read: Record<string, unknown>, name: string, meaning: unknown): void {
  if (meaning !== undefined) read[name] = meaning;
}

function unsupported(key: string, known: readonly string[], place: Place): void {
  const near = meant(place.machine, key, known);
  report(place, `Field '${key}' is not supported`, {
    allowed: known,
    hint: near === undefined ? `remove '${key}'` : `did you mean '${near}'?`,
  });
}

function suits(only: QueryLanguage | undefined, place: Place): boolean {
  return only === undefined || place.languageRefused || only === place.language;
}

function otherLanguage(key: string, only: QueryLanguage | undefined, place: Place): void {
  report(
    place,
    `The QueryLanguage is set to '${place.language}', but field '${key}' is only supported for the '${only}' QueryLanguage`,
    { hint: `remove '${key}', or set "QueryLanguage": "${only}" on the state` },
  );
}

function judgePresence<F extends Fields>(shape: Shape<F>, object: JsonObject, place: Place): void {
  const has = (key: string) => property(object, key) !== undefined;
  const missing = (shape.required ?? []).filter((key) => !has(key));
  if (missing.length > 0) report(place, `These fields are required: [${missing.join(", ")}]`);
  for (const group of shape.exactlyOne ?? []) {
    if (!group.some(has)) {
      const usable = group.filter((key) => suits(shape.fields[key]?.only, place));
      report(place, `This object should have only one of the following fields: [${usable.join(", ")}]`);
    }
  }
  for (const group of [...(shape.exactlyOne ?? []), ...(shape.atMostOne ?? [])]) {
    if (group.filter(has).length > 1) {
      report(place, `There should only be one of the following fields: [${group.join(", ")}]`, {
        hint: `keep one of ${group.filter(has).join(", ")}`,
      });
    }
  }
}
