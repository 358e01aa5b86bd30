/** Every state of a definition as it was written, with the place and the language of each; nothing is judged here. */
import type { QueryLanguage } from "../definition.ts";
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";

export interface Written {
  readonly name: string;
  readonly state: JsonObject;
  readonly path: string;
  readonly language: QueryLanguage;
  readonly scope: WrittenScope;
}

/** The machine, a branch or a processor. */
export interface WrittenScope {
  readonly object: JsonObject;
  readonly path: string;
  /** The state this belongs to; absent for the machine. */
  readonly of: Written | undefined;
  readonly written: readonly Written[];
}

export function scopesOf(definition: Value): readonly WrittenScope[] {
  if (!isObject(definition)) return [];
  const machine = languageIn(definition, "JSONPath");
  const found: WrittenScope[] = [scopeOf(definition, "", undefined, machine)];
  // A scope that is found while going through joins the end of the list: outer ones come first.
  for (const scope of found) {
    for (const written of scope.written) found.push(...innerScopes(written, machine));
  }
  return found;
}

export function writtenStates(definition: Value): readonly Written[] {
  return scopesOf(definition).flatMap((scope) => scope.written);
}

/** What stands under one of the names, as a list of places. */
export function entriesOf(value: Value | undefined, path: string): readonly (readonly [JsonObject, string])[] {
  if (!isArray(value)) return [];
  return value.flatMap((item, index) => (isObject(item) ? [[item, `${path}[${index}]`] as const] : []));
}

function innerScopes(outer: Written, machine: QueryLanguage): readonly WrittenScope[] {
  const branches = entriesOf(property(outer.state, "Branches"), `${outer.path}/Branches`);
  const processors = ["ItemProcessor", "Iterator"].flatMap((field) => {
    const processor = property(outer.state, field);
    return isObject(processor) ? [[processor, `${outer.path}/${field}`] as const] : [];
  });
  return [...branches, ...processors].map(([object, path]) => scopeOf(object, path, outer, machine));
}

function scopeOf(object: JsonObject, path: string, of: Written | undefined, machine: QueryLanguage): WrittenScope {
  const written: Written[] = [];
  const scope = { object, path, of, written };
  const states = property(object, "States");
  for (const [name, state] of isObject(states) ? Object.entries(states) : []) {
    if (!isObject(state)) continue;
    written.push({ name, state, path: `${path}/States/${name}`, language: languageIn(state, machine), scope });
  }
  return scope;
}

function languageIn(object: JsonObject, otherwise: QueryLanguage): QueryLanguage {
  const written = property(object, "QueryLanguage");
  if (written === undefined) return otherwise;
  return written === "JSONPath" ? "JSONPath" : "JSONata";
}
