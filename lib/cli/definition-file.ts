/** A definition from a file: JSON as it stands, or YAML turned into JSON, with `${Name}` substituted. */
import { basename } from "node:path";
import { parseDefinitionText } from "../asl/parse.ts";
import { regionOf } from "./client-settings.ts";
import { Failure } from "./failure.ts";
import { readText } from "./options.ts";
import { problemText } from "./problem-text.ts";
import { parseYaml, visitScalars } from "./yaml.ts";

export interface DefinitionFile {
  /** The file's name without its endings: what the machine is called unless it is told otherwise. */
  readonly name: string;
  /** JSON text. JSON files keep their own text, so that places in problems are the file's. */
  readonly text: string;
}

type Substitutions = Readonly<Record<string, string>>;

/** `${AWS_REGION}` and `${AWS_ACCOUNT}` have values here without being told. */
const localAccount = "000000000000";

const placeholder = /\$\{([A-Za-z0-9_]+)\}/g;

/** A placeholder that has no value stays as it is: no mistake for the service, but hardly ever meant. */
export function readDefinitionFile(file: string, given: Substitutions): DefinitionFile {
  const substitutions = { AWS_REGION: regionOf(process.env), AWS_ACCOUNT: localAccount, ...given };
  const source = readText(file);
  const name = basename(file).replace(/(\.asl)?\.(json|ya?ml)$/, "");
  const text = isYaml(file) ? fromYaml(file, source, substitutions) : substitute(source, substitutions, insideString);
  for (const [whole, missing] of new Map([...text.matchAll(placeholder)].map(([whole, name]) => [whole, name])))
    console.error(`note: ${whole} in ${file} has no value; give it one with --substitute ${missing}=VALUE`);
  return { name: name === "definition" ? folderName(file) : name, text };
}

/** For commands that go on to use it: one that is not valid is refused here, with every problem. */
export function readValidDefinition(file: string, given: Substitutions): DefinitionFile {
  const definition = readDefinitionFile(file, given);
  const parsed = parseDefinitionText(definition.text);
  if (parsed.kind === "definition") return definition;
  throw new Failure([`${file} is not valid:`, ...parsed.problems.map((each) => problemText(each, file))].join("\n"));
}

/** `order-processing/definition.asl.json` is the machine `order-processing`. */
function folderName(file: string): string {
  const folders = file.split(/[\\/]/).slice(0, -1);
  return folders.at(-1) ?? "definition";
}

function isYaml(file: string): boolean {
  return /\.ya?ml$/.test(file);
}

/** Substituted after parsing, so that no value can break the YAML around it. */
function fromYaml(file: string, source: string, substitutions: Substitutions): string {
  const document = parseYaml(source);
  const [problem] = document.errors;
  if (problem) throw new Failure(`${file} is not YAML: ${problem.message}`);
  visitScalars(document, (node) => {
    if (typeof node.value !== "string") return;
    const text = substitute(node.value, substitutions, asItIs);
    const unquoted = node.type === "PLAIN" && isOnePlaceholder(node.value);
    node.value = unquoted ? plainValue(text) : text;
  });
  return JSON.stringify(document.toJS(), undefined, 2);
}

function isOnePlaceholder(text: string): boolean {
  return /^\$\{[A-Za-z0-9_]+\}$/.test(text);
}

/** Unquoted, `TimeoutSeconds: ${Seconds}` is a number where the value reads as one; an account's `000000000000` does not. */
function plainValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

function substitute(text: string, substitutions: Substitutions, write: (value: string) => string): string {
  return text.replace(placeholder, (whole, name: string) => {
    const value = Object.hasOwn(substitutions, name) ? substitutions[name] : undefined;
    return value === undefined ? whole : write(value);
  });
}

function insideString(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function asItIs(value: string): string {
  return value;
}
