/**
 * State machines that stand in a template: SAM's and CloudFormation's (the definition itself, its text, or the file
 * beside it), and those under `stepFunctions` in a file of the Serverless Framework. What has no value on one machine
 * stays a placeholder, `${Name}`, for whoever can fill it in.
 */
import { frameworkFile } from "./framework.ts";
import {
  isMembers,
  machinesOf,
  member,
  type Place,
  type Reading,
  readingOf,
  substitutionsOf,
  textOf,
} from "./template.ts";
import type { YamlNode as Json } from "./yaml.ts";

export interface TemplateMachine {
  /** Its id in the template. */
  readonly id: string;
  /** What it is called. */
  readonly name: string;
  readonly definition:
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "file"; readonly path: string }
    /** In S3, or nowhere. */
    | { readonly kind: "elsewhere" };
  readonly substitutions: Readonly<Record<string, string>>;
  readonly isExpress: boolean;
}

/** Undefined where the document is no template. */
export function templateMachines(document: Json, place: Place): readonly TemplateMachine[] | undefined {
  const framework = frameworkFile(document, place);
  const template = framework?.template ?? document;
  const isTemplate = ["AWSTemplateFormatVersion", "Resources"].some((name) => member(template, name) !== undefined);
  if (!isTemplate || member(template, "States") !== undefined) return undefined;
  const read = readingOf(template, place);
  return (framework?.machines ?? machinesOf(template)).map(([id, properties]) => ({
    id,
    name: nameOf(properties, read) ?? id,
    definition: definitionOf(properties, read),
    substitutions: substitutionsOf(properties, read),
    isExpress: [member(properties, "Type"), member(properties, "StateMachineType")].includes("EXPRESS"),
  }));
}

function nameOf(properties: Json | undefined, read: Reading): string | undefined {
  const written = member(properties, "StateMachineName") ?? member(properties, "Name");
  return written === undefined ? undefined : textOf(written, read);
}

function definitionOf(properties: Json | undefined, read: Reading): TemplateMachine["definition"] {
  const [uri, text, object] = ["DefinitionUri", "DefinitionString", "Definition"].map((name) =>
    member(properties, name),
  );
  if (typeof uri === "string" && !uri.startsWith("s3://")) return { kind: "file", path: uri };
  if (text !== undefined) return { kind: "text", text: filled(text, read) };
  if (object === undefined) return { kind: "elsewhere" };
  return { kind: "text", text: JSON.stringify(withValues(object, read), undefined, 2) };
}

function withValues(value: Json, read: Reading): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withValues(item, read));
  if (!isMembers(value)) return value;
  const entries = Object.entries(value);
  const [[first] = [""]] = entries;
  if (entries.length === 1 && (first === "Ref" || first.startsWith("Fn::"))) return filled(value, read);
  return Object.fromEntries(entries.map(([name, item]) => [name, withValues(item, read)]));
}

/** Its value as far as there is one. */
function filled(written: Json, read: Reading): string {
  const text = textOf(written, read);
  if (text !== undefined) return text;
  const [[name, argument] = ["", null]] = isMembers(written) ? Object.entries(written) : [];
  const [given, own] = Array.isArray(argument) ? (argument as readonly Json[]) : [argument];
  if (name === "Fn::Sub" && typeof given === "string") return filledIn(given, own, read);
  if (name === "Fn::Join" && typeof given === "string" && Array.isArray(own))
    return own.map((part: Json) => filled(part, read)).join(given);
  return `\${${[argument].flat().join("_").replace(/\W+/g, "_")}}`;
}

function filledIn(text: string, own: Json | undefined, read: Reading): string {
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, stays: string, written: string) => {
    const name = written.trim();
    if (stays === "!") return `\${${name}}`;
    return filled(member(own, name) ?? (name.includes(".") ? { "Fn::GetAtt": name } : { Ref: name }), read);
  });
}
