/** The JSON text of a definition that comes as a text or a file; files that end in .yaml or .yml are YAML. */
import { readFileSync } from "node:fs";
import { Token } from "aws-cdk-lib";
import type * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { parseDocument, visit } from "yaml";

type Substitutions = Readonly<Record<string, string>>;

/**
 * By its members and not by its class: an app that has this package linked (`npm install ../baton`) makes its
 * bodies with an aws-cdk-lib of its own.
 */
export function isChain(body: sfn.DefinitionBody): body is sfn.ChainDefinitionBody {
  return "chainable" in body;
}

/** `${Name}` stays as it is, but for what only YAML can tell: a number or a flag that stands for it without quotes. */
export function definitionText(body: sfn.DefinitionBody, substitutions: Substitutions): string {
  if (isString(body)) return body.body;
  if (!isFile(body)) throw new Error("a definition comes from DefinitionBody.fromFile, fromString or fromChainable");
  const text = readFileSync(body.path, "utf8");
  return /\.ya?ml$/.test(body.path) ? fromYaml(body.path, text, substitutions) : text;
}

function isString(body: sfn.DefinitionBody): body is sfn.StringDefinitionBody {
  return "body" in body;
}

function isFile(body: sfn.DefinitionBody): body is sfn.FileDefinitionBody {
  return "path" in body;
}

function fromYaml(path: string, text: string, substitutions: Substitutions): string {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(`${path} is not YAML: ${problem.message}`);
  visit(document, {
    Scalar: (_, scalar) => {
      const [, name = ""] = /^\$\{([A-Za-z0-9_]+)\}$/.exec(String(scalar.value)) ?? [];
      if (scalar.type !== "PLAIN" || !Object.hasOwn(substitutions, name)) return;
      const plain = plainValue(substitutions[name] ?? "");
      if (plain !== undefined) scalar.value = plain;
    },
  });
  return JSON.stringify(document.toJS());
}

/** An account's `000000000000` is a text, however it is written. */
function plainValue(value: string): number | boolean | undefined {
  if (Token.isUnresolved(value)) return undefined;
  if (value === "true" || value === "false") return value === "true";
  return value !== "" && String(Number(value)) === value ? Number(value) : undefined;
}
