/**
 * Everything there is to say about a definition: the errors that make it unusable, the service's warnings
 * about what is legal and looks wrong, and hints of our own. Slower than parsing, and only for people and
 * tools that ask: a worker parses.
 */
import { JsonSyntaxError, parseJson, type Value } from "../json.ts";
import { type Repeated, repeatedKeys } from "../parse/json-syntax.ts";
import { jsonValue } from "../parse/json-value.ts";
import { type Parsed, type ParseOptions, parseDefinition, parseDefinitionText } from "../parse.ts";
import type { Problem } from "../problem.ts";
import { neverMatching } from "./never-matching.ts";
import { neverProduced } from "./never-produced.ts";
import { neverReached } from "./never-reached.ts";
import { possiblyUndefined } from "./undefined-variables.ts";
import { unknownResource } from "./unknown-resource.ts";
import { writtenStates } from "./walk.ts";
import { staticLooksDynamic } from "./warnings.ts";

export function inspectDefinition(source: unknown, options: ParseOptions = {}): readonly Problem[] {
  return inspected(parseDefinition(source, options), jsonValue(source));
}

export function inspectDefinitionText(text: string, options: ParseOptions = {}): readonly Problem[] {
  return [...inspected(parseDefinitionText(text, options), readable(text)), ...repeatedKeys(text).map(writtenTwice)];
}

function inspected(parsed: Parsed, written: Value | undefined): readonly Problem[] {
  const errors = parsed.kind === "problems" ? parsed.problems : [];
  return written === undefined ? errors : [...errors, ...suspicions(written, parsed)];
}

function writtenTwice({ key, path }: Repeated): Problem {
  return {
    code: "FIELD_WRITTEN_TWICE",
    severity: "HINT",
    path: path === "" ? "/" : path,
    message: `'${key}' is written more than once`,
    hint: "only the last one counts",
  };
}

function readable(text: string): Value | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    // The parser has said so already.
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function suspicions(definition: Value, parsed: Parsed): readonly Problem[] {
  const states = writtenStates(definition);
  const variables = parsed.kind === "definition" ? possiblyUndefined(parsed.definition, states) : [];
  return [
    ...states.flatMap(staticLooksDynamic),
    ...variables,
    ...states.flatMap(neverMatching),
    ...states.flatMap(unknownResource),
    ...neverProduced(definition),
    ...neverReached(definition),
  ];
}
