/**
 * What a SAM or CloudFormation template says under DefinitionSubstitutions of its state machines, with the values that
 * its resources have on one machine: a function is what `--functions` calls by its name. What only a deployment knows
 * (an import, a mapping, an attribute of a stack) has no value here.
 */
import type { YamlNode as Json } from "./yaml.ts";

export interface Place {
  readonly region: string;
  readonly account: string;
}

type Members = { readonly [name: string]: Json };

export type TemplateValues =
  | { readonly kind: "values"; readonly values: Readonly<Record<string, string>> }
  /** Two machines of the template mean different things by one name. */
  | { readonly kind: "ambiguous"; readonly name: string; readonly machines: readonly string[] };

export function isTemplate(document: Json): boolean {
  return member(document, "AWSTemplateFormatVersion") !== undefined || machinesOf(document).length > 0;
}

export function templateValues(document: Json, place: Place): TemplateValues {
  const read = readingOf(document, place);
  const found = new Map<string, { readonly value: string; readonly machine: string }>();
  for (const [machine, properties] of machinesOf(document)) {
    for (const [name, value] of Object.entries(substitutionsOf(properties, read))) {
      const before = found.get(name);
      if (before !== undefined && before.value !== value)
        return { kind: "ambiguous", name, machines: [before.machine, machine] };
      found.set(name, { value, machine });
    }
  }
  return { kind: "values", values: Object.fromEntries([...found].map(([name, { value }]) => [name, value])) };
}

/** Each with its properties. */
export function machinesOf(document: Json): readonly (readonly [id: string, properties: Json | undefined])[] {
  return Object.entries(membersOf(document, "Resources")).flatMap(([id, resource]) => {
    const isMachine = /^AWS::(Serverless|StepFunctions)::StateMachine$/.test(String(member(resource, "Type")));
    return isMachine ? [[id, member(resource, "Properties")] as const] : [];
  });
}

/** Those that have a value here. */
export function substitutionsOf(properties: Json | undefined, read: Reading): Readonly<Record<string, string>> {
  const entries = Object.entries(membersOf(properties, "DefinitionSubstitutions")).flatMap(([name, written]) => {
    const value = textOf(written, read);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

export function readingOf(document: Json, place: Place): Reading {
  return { parameters: membersOf(document, "Parameters"), resources: membersOf(document, "Resources"), place };
}

export interface Reading {
  readonly parameters: Members;
  readonly resources: Members;
  readonly place: Place;
}

export function textOf(written: Json, read: Reading): string | undefined {
  if (typeof written === "string" || typeof written === "number" || typeof written === "boolean")
    return String(written);
  const [[name, argument] = ["", null]] = isMembers(written) ? Object.entries(written) : [];
  return Object.hasOwn(functions, name) ? functions[name]?.(argument, read) : undefined;
}

const functions: Readonly<Record<string, (argument: Json, read: Reading) => string | undefined>> = {
  Ref: (id, read) => (typeof id === "string" ? refOf(id, read) : undefined),
  "Fn::GetAtt": (path, read) => {
    const [id, ...attribute] = Array.isArray(path) ? path : String(path).split(".");
    return attributeOf(String(id), attribute.join("."), read);
  },
  "Fn::Sub": (given, read) => {
    const [text, own] = Array.isArray(given) ? given : [given, {}];
    return typeof text === "string" ? filledIn(text, own ?? {}, read) : undefined;
  },
  "Fn::Join": (given, read) => {
    const [separator, parts] = Array.isArray(given) ? given : [];
    if (typeof separator !== "string" || !Array.isArray(parts)) return undefined;
    const texts = parts.map((part) => textOf(part, read));
    return texts.every((text) => text !== undefined) ? texts.join(separator) : undefined;
  },
};

function refOf(id: string, read: Reading): string | undefined {
  const { region, account } = read.place;
  const pseudo: Members = { Region: region, AccountId: account, Partition: "aws", URLSuffix: "amazonaws.com" };
  if (id.startsWith("AWS::")) return textOf(member(pseudo, id.slice("AWS::".length)) ?? null, read);
  if (Object.hasOwn(read.parameters, id)) return textOf(member(read.parameters[id], "Default") ?? null, read);
  return kindOf(id, read)?.ref(read.place);
}

function attributeOf(id: string, attribute: string, read: Reading): string | undefined {
  const kind = kindOf(id, read);
  if (kind === undefined) return undefined;
  if (attribute === "Arn" || attribute === "TopicArn") return kind.arn(read.place);
  return /Name$/.test(attribute) ? kind.name : undefined;
}

/** `${!Name}` is a placeholder that stays. */
function filledIn(text: string, own: Json, read: Reading): string | undefined {
  const names = [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = ""]) => name.trim());
  const values = new Map<string, string>();
  for (const name of names) {
    const [id = "", ...attribute] = name.split(".");
    const given = member(own, name);
    const found = attribute.length === 0 ? refOf(id, read) : attributeOf(id, attribute.join("."), read);
    const value = given === undefined ? found : textOf(given, read);
    if (value === undefined) return undefined;
    values.set(name, value);
  }
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, stays: string, name: string) =>
    stays === "!" ? `\${${name}}` : (values.get(name.trim()) ?? ""),
  );
}

interface Kind {
  readonly name: string;
  readonly ref: (place: Place) => string;
  readonly arn: (place: Place) => string;
}

interface Type {
  /** The property that names one; without it, its id in the template does. */
  readonly named: string;
  readonly arn: (name: string, place: Place) => string;
  /** Else its name. */
  readonly ref?: (name: string, place: Place) => string;
}

const arn =
  (service: string, form: string) =>
  (name: string, { region, account }: Place): string =>
    `arn:aws:${service}:${region}:${account}:${form}${name}`;
const byArn = (named: string, service: string, form: string): Type => ({
  named,
  ...{ arn: arn(service, form), ref: arn(service, form) },
});
const lambdaFunction: Type = { named: "FunctionName", arn: arn("lambda", "function:") };
const table: Type = { named: "TableName", arn: arn("dynamodb", "table/") };

const types: Readonly<Record<string, Type>> = {
  "AWS::DynamoDB::Table": table,
  "AWS::Events::EventBus": { named: "Name", arn: arn("events", "event-bus/") },
  "AWS::Lambda::Function": lambdaFunction,
  "AWS::S3::Bucket": { named: "BucketName", arn: (name) => `arn:aws:s3:::${name}` },
  "AWS::SNS::Topic": byArn("TopicName", "sns", ""),
  "AWS::SQS::Queue": {
    named: "QueueName",
    arn: arn("sqs", ""),
    ref: (name, { region, account }) => `https://sqs.${region}.amazonaws.com/${account}/${name}`,
  },
  "AWS::Serverless::Function": lambdaFunction,
  "AWS::Serverless::SimpleTable": table,
  "AWS::Serverless::StateMachine": byArn("Name", "states", "stateMachine:"),
  "AWS::StepFunctions::Activity": byArn("Name", "states", "activity:"),
  "AWS::StepFunctions::StateMachine": byArn("StateMachineName", "states", "stateMachine:"),
};

function kindOf(id: string, read: Reading): Kind | undefined {
  const resource = Object.hasOwn(read.resources, id) ? read.resources[id] : undefined;
  const typeName = String(member(resource, "Type"));
  const type = Object.hasOwn(types, typeName) ? types[typeName] : undefined;
  if (type === undefined) return undefined;
  const written = member(member(resource, "Properties"), type.named);
  const name = (written === undefined ? undefined : textOf(written, read)) ?? id;
  return {
    name,
    ref: (place) => (type.ref === undefined ? name : type.ref(name, place)),
    arn: (place) => type.arn(name, place),
  };
}

export function membersOf(value: Json | undefined, name: string): Members {
  const found = member(value, name);
  return isMembers(found) ? found : {};
}

export function member(value: Json | undefined, name: string): Json | undefined {
  return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function isMembers(value: Json | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
