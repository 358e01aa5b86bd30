/**
 * A definition from a file: JSON as it stands, or YAML turned into JSON, with `${Name}` substituted; or one of a
 * template's state machines, with the template's own values.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { JsonSyntaxError, parseJson, type Value } from "../asl/json.ts";
import { parseDefinitionText } from "../asl/parse.ts";
import { unreachable } from "../asl/unreachable.ts";
import { accountOf, regionOf } from "./client-settings.ts";
import { Failure } from "./failure.ts";
import { readText } from "./options.ts";
import { isOnePlaceholder, type Substitutions, substitute, withoutValue } from "./placeholders.ts";
import { problemText, type ToldProblem } from "./problem-text.ts";
import { type TemplateMachine, templateMachines } from "./template-machines.ts";
import { parseYaml, plainOf, templateIn, visitScalars } from "./yaml.ts";

export interface DefinitionFile {
  /** The file's name without its endings: what the machine is called unless it is told otherwise. */
  readonly name: string;
  /** JSON text. JSON files keep their own text, so that places in problems are the file's. */
  readonly text: string;
  /** Where the template says so. */
  readonly type?: "EXPRESS";
}

/** What stands in the file is no definition at all. */
export class NoDefinition extends Failure {
  readonly problem: ToldProblem;

  constructor(
    message: string,
    code: "INVALID_YAML" | "CLOUDFORMATION_TEMPLATE" = "CLOUDFORMATION_TEMPLATE",
    path = "/",
  ) {
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
  const { path, machine } = machineNamed(file);
  const source = readText(path);
  const machines = machinesIn(path, source);
  if (machines !== undefined) return inspectMachine(path, theOne(path, machines, machine), given);
  if (machine !== undefined) throw new NoDefinition(`${path} is no template, so there is no ${machine} in it`);
  const substitutions = withOwn(given);
  const name = basename(file).replace(/(\.asl)?\.(json|ya?ml)$/, "");
  const text = isYaml(file) ? fromYaml(file, source, substitutions) : substitute(source, substitutions, insideString);
  return {
    name: name === "definition" ? folderName(file) : name,
    text,
    warnings: withoutValue(file, text, readable(text)),
  };
}

/** These have values without being told. */
function withOwn(given: Substitutions): Substitutions {
  return { AWS_REGION: regionOf(process.env), AWS_ACCOUNT: accountOf(process.env), ...given };
}

/** `template.yaml#Orders`: one machine of a template. */
export function machineNamed(file: string): { readonly path: string; readonly machine?: string } {
  const at = file.lastIndexOf("#");
  return at < 0 || existsSync(file) ? { path: file } : { path: file.slice(0, at), machine: file.slice(at + 1) };
}

/** The file beside a template that holds the definition of its machine. What is wrong is told by whoever reads it all. */
export function definitionBeside(file: string): string | undefined {
  try {
    const { path, machine } = machineNamed(file);
    const machines = machinesIn(path, readText(path));
    if (machines === undefined) return undefined;
    const { definition } = theOne(path, machines, machine);
    return definition.kind === "file" ? join(dirname(path), definition.path) : undefined;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Undefined: the file is no template. Most files are told by a look at them. */
function machinesIn(path: string, source: string): readonly TemplateMachine[] | undefined {
  if (!/\b(?:AWSTemplateFormatVersion|Resources|stepFunctions)"?\s*:/.test(source)) return undefined;
  const document = parseYaml(source);
  if (document.errors.length > 0) return undefined; // told by whoever reads it
  const place = { region: regionOf(process.env), account: accountOf(process.env) };
  return templateMachines(templateIn(document, `${path} is not YAML`), place);
}

function theOne(path: string, machines: readonly TemplateMachine[], id: string | undefined): TemplateMachine {
  const found = id === undefined ? machines : machines.filter((machine) => machine.id === id);
  const [one, another] = found;
  if (one !== undefined && another === undefined) return one;
  const which = machines.map((machine) => `${path}#${machine.id}`).join(" or ");
  const said = id === undefined ? `is a template with ${machines.length} state machines` : `has no state machine ${id}`;
  throw new NoDefinition(
    machines.length === 0 ? `${path} is a template without a state machine` : `${path} ${said}: name ${which}`,
    "CLOUDFORMATION_TEMPLATE",
  );
}

function inspectMachine(path: string, machine: TemplateMachine, given: Substitutions): ReturnType<typeof inspectFile> {
  const { name, definition, isExpress } = machine;
  const type = isExpress ? ({ type: "EXPRESS" } as const) : {};
  const values = { ...machine.substitutions, ...given };
  switch (definition.kind) {
    case "file":
      return { ...inspectFile(join(dirname(path), definition.path), values), name, ...type };
    case "elsewhere":
      throw new NoDefinition(
        `the definition of ${machine.id} is neither in ${path} nor in a file beside it: give its own file`,
        "CLOUDFORMATION_TEMPLATE",
      );
    case "text": {
      const text = substitute(definition.text, withOwn(values), insideString);
      return { name, text, ...type, warnings: withoutValue(path, text, readable(text)) };
    }
    default:
      return unreachable(definition);
  }
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
  const parsed = parseDefinitionText(definition.text, { type: definition.type ?? "STANDARD" });
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
