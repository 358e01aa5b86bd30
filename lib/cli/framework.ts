/**
 * A file of the Serverless Framework with the plugin for Step Functions, as the CloudFormation template that the two
 * make of it, as far as it matters here: the functions by their names and by the ids that they get, and the machines.
 */
import { isMembers, member, membersOf, type Place } from "./template.ts";
import type { YamlNode as Json } from "./yaml.ts";

interface FrameworkFile {
  readonly template: Json;
  /** Each with its properties. A function may have the same key, and is meant by it. */
  readonly machines: readonly (readonly [id: string, properties: Json])[];
}

/** Undefined where it is none. */
export function frameworkFile(document: Json, place: Place): FrameworkFile | undefined {
  const machines = member(member(document, "stepFunctions"), "stateMachines");
  if (!isMembers(machines)) return undefined;
  const functions = Object.entries(membersOf(document, "functions")).flatMap(([key, written]) => {
    const resource = {
      Type: "AWS::Lambda::Function",
      Properties: { FunctionName: plain(member(written, "name")) ?? key },
    };
    return [key, `${logicalId(key)}LambdaFunction`].map((id) => [id, resource] as const);
  });
  const own = membersOf(member(document, "resources"), "Resources");
  return {
    template: { Resources: { ...own, ...Object.fromEntries(functions) } },
    machines: Object.entries(machines).map(([id, machine]) => [id, propertiesOf(id, machine, document, place)]),
  };
}

function propertiesOf(id: string, machine: Json, document: Json, place: Place): Json {
  const definition = member(machine, "definition") ?? null;
  const [, file] = (typeof definition === "string" && /^\$\{file\(([^)]+)\)\}$/.exec(definition)) || [];
  const StateMachineName = plain(member(machine, "name")) ?? id;
  const given = file === undefined ? { Definition: withKnown(definition, document, place) } : { DefinitionUri: file };
  return { StateMachineName, StateMachineType: member(machine, "type") ?? "STANDARD", ...given };
}

/** The framework's variables are its own affair: where there are any, the key is the name. */
function plain(value: Json | undefined): string | undefined {
  return typeof value === "string" && !/[$#]\{/.test(value) ? value : undefined;
}

/** As the framework makes them: `send-mail` is `SendDashmail`. */
function logicalId(key: string): string {
  const id = key.replaceAll("-", "Dash").replaceAll("_", "Underscore");
  return id.charAt(0).toUpperCase() + id.slice(1);
}

/** Those of its variables that stand in ARNs. `service-stage-key` is the name of a function once it is deployed. */
function withKnown(value: Json, document: Json, place: Place): Json {
  if (typeof value === "string") {
    const known: Readonly<Record<string, string>> = {
      "aws:region": place.region,
      "aws:accountId": place.account,
      "AWS::Region": place.region,
      "AWS::AccountId": place.account,
      "self:service": plain(member(document, "service")) ?? "service",
    };
    return value
      .replace(/:function:\$\{self:service\}-\$\{[^}]*\}-/g, ":function:")
      .replace(/[$#]\{([\w:]+)\}/g, (whole, name: string) => known[name] ?? whole);
  }
  if (Array.isArray(value)) return value.map((item: Json) => withKnown(item, document, place));
  if (!isMembers(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withKnown(item, document, place)]));
}
