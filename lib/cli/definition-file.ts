/** A definition from a file: JSON as it stands, or YAML turned into JSON, with `${Name}` substituted. */
import { basename } from "node:path";
import { parse as parseYaml } from "yaml";
import { Failure } from "./failure.ts";
import { readText } from "./options.ts";

export interface DefinitionFile {
  /** The file's name without its endings: what the machine is called unless it is told otherwise. */
  readonly name: string;
  /** JSON text. JSON files keep their own text, so that places in problems are the file's. */
  readonly text: string;
}

export function readDefinitionFile(file: string, substitutions: Readonly<Record<string, string>>): DefinitionFile {
  const text = substitute(readText(file), substitutions);
  const name = basename(file).replace(/(\.asl)?\.(json|ya?ml)$/, "");
  return { name: name === "definition" ? folderName(file) : name, text: isYaml(file) ? fromYaml(file, text) : text };
}

function isYaml(file: string): boolean {
  return /\.ya?ml$/.test(file);
}

function fromYaml(file: string, text: string): string {
  try {
    return JSON.stringify(parseYaml(text), undefined, 2);
  } catch (error) {
    throw new Failure(`${file} is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `order-processing/definition.asl.json` is the machine `order-processing`. */
function folderName(file: string): string {
  const folders = file.split(/[\\/]/).slice(0, -1);
  return folders.at(-1) ?? "definition";
}

function substitute(text: string, substitutions: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Za-z0-9_]+)\}/g, (whole, name: string) => {
    if (!Object.hasOwn(substitutions, name)) return whole;
    return JSON.stringify(substitutions[name]).slice(1, -1);
  });
}
