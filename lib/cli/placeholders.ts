/**
 * Placeholders of definitions, `${Name}`, and their values: given one by one, or many by a file. SAM and CloudFormation
 * call them DefinitionSubstitutions.
 */

import { InvalidArgumentError, Option } from "commander";
import { entriesOf, isArray, isObject, type Value } from "../asl/json.ts";
import { accountOf, regionOf } from "./client-settings.ts";
import { readText } from "./options.ts";
import type { ToldProblem } from "./problem-text.ts";
import { isTemplate, templateValues } from "./template.ts";
import { parseYaml, templateIn, type YamlNode } from "./yaml.ts";

export type Substitutions = Readonly<Record<string, string>>;

const placeholder = /\$\{([A-Za-z0-9_]+)\}/g;

/** A placeholder that has no value stays as it is. `write` makes a value fit for its place. */
export function substitute(text: string, substitutions: Substitutions, write: (value: string) => string): string {
  return text.replace(placeholder, (whole, name: string) => {
    const value = Object.hasOwn(substitutions, name) ? substitutions[name] : undefined;
    return value === undefined ? whole : write(value);
  });
}

export function isOnePlaceholder(text: string): boolean {
  return /^\$\{[A-Za-z0-9_]+\}$/.test(text);
}

/** No mistake for the service, but hardly ever meant. `definition`: what the text says, if it is JSON. */
export function withoutValue(file: string, text: string, definition: Value | undefined): readonly ToldProblem[] {
  const names = new Set([...text.matchAll(placeholder)].map(([, name = ""]) => name));
  return [...names].map((name) => ({
    code: "PLACEHOLDER_WITHOUT_VALUE",
    severity: "WARNING",
    path: (definition === undefined ? undefined : placeOf(definition, `\${${name}}`, "")) ?? "/",
    message: `\${${name}} in ${file} has no value: what uses it will fail when it runs`,
    hint: `give it one with --substitute ${name}=VALUE, or many with --substitute-from FILE`,
  }));
}

/** The first of them, as problems have theirs. */
function placeOf(value: Value, searched: string, path: string): string | undefined {
  if (typeof value === "string") return value.includes(searched) ? path : undefined;
  const members = isArray(value) ? [...value.entries()] : isObject(value) ? entriesOf(value) : [];
  for (const [name, member] of members) {
    const found = placeOf(member, searched, isArray(value) ? `${path}[${name}]` : `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of a file, one after the other with `--substitute`: what is given later counts. */
export function substituteFromOption(): Option {
  const option = new Option(
    "--substitute-from <file>",
    "values for placeholders: a JSON or YAML object, or a SAM or CloudFormation template; may be repeated",
  );
  option.argParser((file: string, before: Readonly<Record<string, string>>) => ({
    ...before,
    ...readSubstitutions(file),
  }));
  option.attributeName = () => "substitute"; // both fill the same
  return option;
}

/** A JSON or YAML object of names and values, or a template's DefinitionSubstitutions. */
function readSubstitutions(file: string): Substitutions {
  const document = parseYaml(readText(file));
  const [problem] = document.errors;
  if (problem) throw new InvalidArgumentError(`${file} is neither JSON nor YAML: ${problem.message}`);
  const values = templateIn(document, `${file} is neither JSON nor YAML`);
  if (isTemplate(values)) return fromTemplate(file, values);
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw new InvalidArgumentError(`${file} is no object of names and values`);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueText(file, name, value)]));
}

function fromTemplate(file: string, template: YamlNode): Substitutions {
  const read = templateValues(template, { region: regionOf(process.env), account: accountOf(process.env) });
  if (read.kind === "values") return read.values;
  throw new InvalidArgumentError(
    `${file} has two values for ${read.name}, of ${read.machines.join(" and ")}: write those of one machine into a file of its own`,
  );
}

function valueText(file: string, name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new InvalidArgumentError(`the value of ${name} in ${file} is neither a text nor a number nor true or false`);
}
