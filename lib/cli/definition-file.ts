/** A definition from a file: JSON as it stands, or YAML turned into JSON, with `${Name}` substituted. */
import { basename } from "node:path";
import { entriesOf, isObject, JsonSyntaxError, parseJson, property, type Value } from "../asl/json.ts";
import { parseDefinitionText } from "../asl/parse.ts";
import { accountOf, regionOf } from "./client-settings.ts";
import { Failure } from "./failure.ts";
import { readText } from "./options.ts";
import { isOnePlaceholder, type Substitutions, substitute, withoutValue } from "./placeholders.ts";
import { problemText, type ToldProblem } from "./problem-text.ts";
import { parseYaml, plainOf, visitScalars } from "./yaml.ts";

export interface DefinitionFile {
  /** The file's name without its endings: what the machine is called unless it is told otherwise. */
  readonly name: string;
  /** JSON text. JSON files keep their own text, so that places in problems are the file's. */
  readonly text: string;
}

/** What stands in the file is no definition at all. */
export class NoDefinition extends Failure {
  readonly problem: ToldProblem;

  constructor(message: string, code: "INVALID_YAML" | "CLOUDFORMATION_TEMPLATE", path = "/") {
    super(message);
    this.problem = { code, severity: "ERROR", message, path };
  }
}

/** With warnings on standard error about placeholders that have no value. */
export function readDefinitionFile(file: string, given: Substitutions): DefinitionFile {
  const { warnings, ...definition } = inspectFile(file, given);
  for (const warning of warnings) console.error(problemText(warning, file));
  return definition;
}

export function inspectFile(
  file: string,
  given: Substitutions,
): DefinitionFile & { readonly warnings: readonly ToldProblem[] } {
  // These have values without being told.
  const substitutions = { AWS_REGION: regionOf(process.env), AWS_ACCOUNT: accountOf(process.env), ...given };
  const source = readText(file);
  const name = basename(file).replace(/(\.asl)?\.(json|ya?ml)$/, "");
  const text = isYaml(file) ? fromYaml(file, source, substitutions) : substitute(source, substitutions, insideString);
  const definition = readable(text);
  refuseTemplate(file, definition);
  return {
    name: name === "definition" ? folderName(file) : name,
    text,
    warnings: withoutValue(file, text, definition),
  };
}

/** Whoever gives the template means the definition in it, or beside it. */
function refuseTemplate(file: string, template: Value | undefined): void {
  if (template === undefined || !isObject(template)) return;
  const resources = property(template, "Resources");
  const isTemplate = property(template, "AWSTemplateFormatVersion") !== undefined || resources !== undefined;
  if (!isTemplate || property(template, "States") !== undefined) return;
  const files = definitionFilesOf(resources);
  const which = files.length === 0 ? "" : ` (${files.join(", ")})`;
  throw new NoDefinition(
    `${file} is a CloudFormation template, no definition: give the definition's own file${which}, and what stands under its DefinitionSubstitutions with --substitute-from ${file}`,
    "CLOUDFORMATION_TEMPLATE",
  );
}

/** Where the state machines of a SAM template have their definitions. */
function definitionFilesOf(resources: Value | undefined): readonly string[] {
  const found = isObject(resources) ? entriesOf(resources).map(([, resource]) => resource) : [];
  return found.flatMap((resource) => {
    const properties = isObject(resource) ? property(resource, "Properties") : undefined;
    const uri = isObject(properties) ? property(properties, "DefinitionUri") : undefined;
    return typeof uri === "string" ? [uri] : [];
  });
}

function readable(text: string): Value | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined; // told with its place by whoever parses it
    throw error;
  }
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
  if (problem) throw brokenYaml(`${file} is not YAML: ${problem.message}${flowHint(source, problem.pos[0])}`, problem);
  visitScalars(document, (node) => {
    if (typeof node.value !== "string") return;
    const text = substitute(node.value, substitutions, asItIs);
    const unquoted = node.type === "PLAIN" && isOnePlaceholder(node.value);
    node.value = unquoted ? plainValue(text) : text;
  });
  return JSON.stringify(plainOrNone(file, document), undefined, 2);
}

/** The place is told as for broken JSON. */
function brokenYaml(message: string, { linePos }: { readonly linePos?: readonly { line: number; col: number }[] }) {
  const [at] = linePos ?? [];
  return new NoDefinition(message, "INVALID_YAML", at && `[Source: (String); line: ${at.line}, column: ${at.col}]`);
}

function plainOrNone(file: string, document: ReturnType<typeof parseYaml>): unknown {
  try {
    return plainOf(document, `${file} is not YAML`);
  } catch (error) {
    throw error instanceof Failure ? new NoDefinition(error.message, "INVALID_YAML") : error;
  }
}

/** Between braces and brackets, `${Seconds}` opens a map of its own. */
function flowHint(source: string, at: number): string {
  const [placeholder] = /^\$?\{[A-Za-z0-9_]+\}/.exec(source.slice(at)) ?? [];
  if (placeholder === undefined || source[at - 1] !== "$") return "";
  return `\nput $${placeholder} into quotes, or what stands around it on lines of its own`;
}

/** Unquoted, `TimeoutSeconds: ${Seconds}` is a number where the value reads as one; an account's `000000000000` does not. */
function plainValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

function insideString(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function asItIs(value: string): string {
  return value;
}
