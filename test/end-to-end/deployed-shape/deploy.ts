/** From the template's resources to what runs: functions, event sources, routes, schedule, and who may do what. */
import type { Arns } from "./actions.ts";
import type { Assembly } from "./assembly.ts";
import type { Mapping } from "./event-source.ts";
import type { DeployedFunction } from "./function.ts";
import type { Route } from "./gateway.ts";
import { list, object, text } from "./intrinsics.ts";
import { type Policies, readPolicies } from "./policy.ts";
import type { FunctionSpec } from "./process.ts";
import type { Place, Stack } from "./stack.ts";

export interface Deployment {
  readonly assembly: Assembly;
  readonly stack: Stack;
  readonly place: Place;
}

export interface PlacedFunction {
  readonly id: string;
  readonly role: string;
  readonly spec: FunctionSpec;
}

/** `adapt` changes a variable's value where the runner stands between a function and the world. */
export function functionsOf(
  { assembly, stack }: Deployment,
  adapt: (value: string) => string,
): Promise<readonly PlacedFunction[]> {
  const placed = ofType(assembly, "AWS::Lambda::Function").map(async (id) => {
    const properties = await stack.properties(id);
    const [module, exported = ""] = text(properties["Handler"]).split(".");
    const variables = object(object(properties["Environment"] ?? {})["Variables"] ?? {});
    const spec = {
      name: await stack.references.ref(id),
      arn: await stack.references.attribute(id, "Arn"),
      file: `${assembly.assetFolder(text(object(properties["Code"])["S3Key"]))}/${module}.mjs`,
      exported,
      timeoutSeconds: Number(properties["Timeout"]),
      memoryMegabytes: Number(properties["MemorySize"]),
      environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, adapt(text(value))])),
    };
    return { id, role: text(properties["Role"]).replace(/^.*role\//, ""), spec };
  });
  return Promise.all(placed);
}

export interface PlacedMapping {
  readonly id: string;
  readonly mapping: Mapping;
  readonly target: DeployedFunction;
}

export async function mappingsOf(
  { assembly, stack, place }: Deployment,
  functions: readonly DeployedFunction[],
): Promise<readonly PlacedMapping[]> {
  const queues = await attributesByRef(assembly, stack, "AWS::SQS::Queue");
  const placed = ofType(assembly, "AWS::Lambda::EventSourceMapping").map(async (id) => {
    const properties = await stack.properties(id);
    const queueArn = text(properties["EventSourceArn"]);
    const target = named(functions, text(properties["FunctionName"]));
    const allowed = Number(object(properties["ScalingConfig"] ?? {})["MaximumConcurrency"] ?? Number.POSITIVE_INFINITY);
    const mapping = {
      queueUrl: [...queues].find(([, arn]) => arn === queueArn)?.[0] ?? "",
      queueArn,
      region: place.region,
      batchSize: Number(properties["BatchSize"] ?? 10),
      partialFailures: list(properties["FunctionResponseTypes"] ?? []).includes("ReportBatchItemFailures"),
      concurrency: Math.min(allowed, target.limit),
    };
    return { id, mapping, target };
  });
  return Promise.all(placed);
}

export async function routesOf(
  { assembly, stack }: Deployment,
  functions: readonly DeployedFunction[],
): Promise<readonly Route[]> {
  const integrations = new Map<string, string>();
  for (const id of ofType(assembly, "AWS::ApiGatewayV2::Integration")) {
    integrations.set(await stack.references.ref(id), id);
  }
  const routes = ofType(assembly, "AWS::ApiGatewayV2::Route").map(async (id) => {
    const { RouteKey, Target } = await stack.properties(id);
    const integration = await stack.properties(integrations.get(text(Target).replace("integrations/", "")) ?? "");
    const target = named(functions, text(integration["IntegrationUri"]));
    return { key: text(RouteKey), target, timeoutMilliseconds: Number(integration["TimeoutInMillis"] ?? 30_000) };
  });
  return Promise.all(routes);
}

/** A function URL waits as long as its function may run. */
export async function functionUrlOf(
  { assembly, stack }: Deployment,
  functions: readonly DeployedFunction[],
): Promise<readonly Route[]> {
  const urls = ofType(assembly, "AWS::Lambda::Url").map(async (id) => {
    const target = named(functions, text((await stack.properties(id))["TargetFunctionArn"]));
    return { key: "$default", target, timeoutMilliseconds: target.spec.timeoutSeconds * 1000 };
  });
  return Promise.all(urls);
}

export interface Scheduled {
  readonly ruleArn: string;
  readonly target: DeployedFunction;
}

export async function scheduleOf(
  { assembly, stack }: Deployment,
  functions: readonly DeployedFunction[],
): Promise<readonly Scheduled[]> {
  const rules = ofType(assembly, "AWS::Events::Rule").map(async (id) => {
    const properties = await stack.properties(id);
    if (properties["EventPattern"] !== undefined) return []; // who has an event publishes it
    if (properties["ScheduleExpression"] === "rate(1 day)") return []; // who wants a day to pass calls the function
    if (properties["ScheduleExpression"] !== "rate(1 minute)") throw new Error(`${id} is not scheduled each minute`);
    const ruleArn = await stack.references.attribute(id, "Arn");
    const targets = list(properties["Targets"]).map((target) => named(functions, text(object(target)["Arn"])));
    return targets.map((target) => ({ ruleArn, target }));
  });
  return (await Promise.all(rules)).flat();
}

/** As EventBridge sends it to a rule's target. */
export function scheduledEvent(ruleArn: string, { account, region }: Place): string {
  const detail = { time: new Date().toISOString(), region, resources: [ruleArn], detail: {} };
  return JSON.stringify({ version: "0", "detail-type": "Scheduled Event", source: "aws.events", account, ...detail });
}

export async function policiesOf({ assembly, stack }: Deployment): Promise<Policies> {
  return readPolicies(await Promise.all(ofType(assembly, "AWS::IAM::Policy").map((id) => stack.properties(id))));
}

export async function arnsOf({ assembly, stack, place }: Deployment): Promise<Arns> {
  const tables = await attributesByRef(assembly, stack, "AWS::DynamoDB::Table");
  const queues = await attributesByRef(assembly, stack, "AWS::SQS::Queue");
  const byName = new Map([...queues].map(([url, arn]) => [lastPart(url), arn]));
  return {
    table: (name) => tables.get(name) ?? name,
    queue: (url) => byName.get(lastPart(url)) ?? url,
    lambda: (name) =>
      name.startsWith("arn:") ? name : `arn:aws:lambda:${place.region}:${place.account}:function:${name}`,
  };
}

/** Their URLs by their ARNs. */
export async function queuesOf({ assembly, stack }: Deployment): Promise<ReadonlyMap<string, string>> {
  const arns = await attributesByRef(assembly, stack, "AWS::SQS::Queue");
  return new Map([...arns].map(([url, arn]) => [arn, url]));
}

async function attributesByRef(assembly: Assembly, { references }: Stack, type: string): Promise<Map<string, string>> {
  const pairs = ofType(assembly, type).map(
    async (id) => [await references.ref(id), await references.attribute(id, "Arn")] as const,
  );
  return new Map(await Promise.all(pairs));
}

function lastPart(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

export function ofType(assembly: Assembly, type: string): string[] {
  return [...assembly.resources.values()].filter((each) => each.type === type).map(({ id }) => id);
}

export function named(functions: readonly DeployedFunction[], nameOrArn: string): DeployedFunction {
  const found = functions.find(({ spec }) => spec.name === nameOrArn || spec.arn === nameOrArn);
  if (found === undefined) throw new Error(`the template has no function ${nameOrArn}`);
  return found;
}
