/**
 * Creates a template's resources in the order of their references, as CloudFormation does, and answers what
 * each `Ref` and `GetAtt` came to. What only AWS can do (roles, policies, alarms) gets a name and is left out.
 */
import { randomBytes } from "node:crypto";
import type { Assembly, JsonObject } from "./assembly.ts";
import { type References, resolve } from "./intrinsics.ts";
import { type Clients, type Created, creators } from "./storage.ts";

export interface Place {
  readonly region: string;
  readonly account: string;
  /** Where the gateway listens. */
  readonly endpoint: string;
  /** Where the function URL listens; a stack has one. */
  readonly functionUrl: string;
}

export interface Stack {
  /** A resource's properties with every reference resolved. */
  properties(logicalId: string): Promise<JsonObject>;
  outputs(): Promise<Readonly<Record<string, string>>>;
  readonly references: References;
  /** Types and properties that were not carried out. */
  readonly leftOut: readonly string[];
}

/** Carried out by the runner itself, or without a part in what it runs. */
const carriedOut = [
  "AWS::Lambda::Function",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Url",
  "AWS::Events::Rule",
  "AWS::Scheduler::Schedule",
  "AWS::ApiGatewayV2::Api",
  "AWS::ApiGatewayV2::Route",
  "AWS::ApiGatewayV2::Integration",
  "AWS::CDK::Metadata",
  "AWS::IAM::Role",
  "AWS::IAM::Policy",
];

export async function createStack(assembly: Assembly, clients: Clients, place: Place): Promise<Stack> {
  const leftOut = new Set<string>();
  const created = new Map<string, Promise<Created>>();
  const suffix = randomBytes(4).toString("hex");

  const properties = async (id: string): Promise<JsonObject> => {
    const { properties: raw } = resource(id);
    const entries = Object.entries(raw).map(async ([key, value]) => [key, await resolve(value, references)]);
    return Object.fromEntries(await Promise.all(entries));
  };
  const resource = (id: string) => {
    const found = assembly.resources.get(id);
    if (found === undefined) throw new Error(`the template has no resource ${id}`);
    return found;
  };
  const create = (id: string): Promise<Created> => {
    const known = created.get(id) ?? make(id);
    created.set(id, known);
    return known;
  };
  const make = async (id: string): Promise<Created> => {
    const { type } = resource(id);
    const name = `${assembly.stackName}-${id}-${suffix}`;
    const creator = creators[type];
    if (creator === undefined) return onlyNamed(type, name, place);
    return creator(clients, name, await properties(id), (property) => leftOut.add(`${type} ${property}`));
  };
  const references: References = {
    ref: async (id) => pseudo(place)[id] ?? (await create(id)).ref,
    attribute: async (id, name) => {
      const { attributes } = await create(id);
      const value = attributes[name];
      if (value === undefined) throw new Error(`${id} has no attribute ${name} here`);
      return value;
    },
  };

  for (const { id, type } of assembly.resources.values()) {
    if (creators[type] !== undefined) await create(id);
    else if (!carriedOut.includes(type)) leftOut.add(type);
  }
  return {
    properties,
    references,
    leftOut: [...leftOut].sort(),
    async outputs() {
      const values = [...assembly.outputs].map(async ([name, value]) => [name, await resolve(value, references)]);
      return Object.fromEntries(await Promise.all(values));
    },
  };
}

function pseudo({ region, account }: Place): Readonly<Record<string, string>> {
  return {
    "AWS::AccountId": account,
    "AWS::Region": region,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": "",
    "AWS::StackId": `arn:aws:cloudformation:${region}:${account}:stack/baton/1`,
  };
}

function onlyNamed(type: string, name: string, { region, account, endpoint, functionUrl }: Place): Created {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  switch (type) {
    case "AWS::Lambda::Function":
      return { ref: name, attributes: { Arn: arn("lambda", `function:${name}`) } };
    case "AWS::Events::Rule":
      return { ref: name, attributes: { Arn: arn("events", `rule/${name}`) } };
    case "AWS::ApiGatewayV2::Api":
      return { ref: name, attributes: { ApiEndpoint: endpoint } };
    case "AWS::Lambda::Url":
      return { ref: name, attributes: { FunctionUrl: `${functionUrl}/` } };
    case "AWS::IAM::Role":
      return { ref: name, attributes: { Arn: `arn:aws:iam::${account}:role/${name}` } };
    case "AWS::Logs::LogGroup":
      return { ref: name, attributes: { Arn: arn("logs", `log-group:${name}:*`) } };
    default:
      return { ref: name, attributes: { Arn: arn("unknown", name) } };
  }
}
