/**
 * Runs what `cdk deploy` would deploy, on one machine: the synthesized template's resources on real servers,
 * its functions from their bundled assets in processes of their own, its event sources, schedule and API.
 */
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { type Assembly, type JsonObject, readAssembly } from "./assembly.ts";
import { type ChaosOptions, chaosOf, goodDay } from "./chaos.ts";
import { EventSource, type MappingCounts } from "./event-source.ts";
import { DeployedFunction, type FunctionCounts } from "./function.ts";
import { type Gateway, type Route, startGateway } from "./gateway.ts";
import { list, object, text } from "./intrinsics.ts";
import { type LambdaApi, startLambdaApi, userFunctions } from "./lambda-api.ts";
import type { FunctionSpec, Invocation } from "./process.ts";
import { createStack, type Place, type Stack } from "./stack.ts";
import { type Clients, clientsOf } from "./storage.ts";

export interface DeployedShapeOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assembly: string;
  /** Where DynamoDB, SQS, S3 and Secrets Manager answer, as `AWS_ENDPOINT_URL_…`, with region and credentials. */
  readonly servers: Readonly<Record<string, string>>;
  /** A folder of handler files, one for each function that Task states call. */
  readonly functions?: string;
  /** More environment variables for those functions. */
  readonly functionsEnvironment?: Readonly<Record<string, string>>;
  /** Most processes of one function at a time; 4 if not given. */
  readonly environments?: number;
  /** How often a rate of a minute comes round, in milliseconds; 60,000 if not given. `minute()` comes on top. */
  readonly minuteMilliseconds?: number;
  readonly chaos?: ChaosOptions;
  /** Each line that a function writes. */
  readonly onLog?: (functionName: string, line: string) => void;
  /** What went wrong in the runner itself, such as a server that did not answer. */
  readonly onError?: (error: unknown) => void;
}

export interface DeployedShape {
  /** The API, to be called with `accessKey`. */
  readonly endpoint: string;
  readonly lambdaEndpoint: string;
  readonly region: string;
  readonly accessKey: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly outputs: Readonly<Record<string, string>>;
  readonly clients: Clients;
  /** What of the template was not carried out. */
  readonly leftOut: readonly string[];
  /** The stack's functions by the beginning of their logical id, the folder's by their name. */
  find(name: string): DeployedFunction;
  invoke(name: string, event: unknown): Promise<Invocation>;
  /** Lets the scheduled functions run now, and waits for them. */
  minute(): Promise<readonly Invocation[]>;
  counts(): { readonly functions: Record<string, FunctionCounts>; readonly queues: Record<string, MappingCounts> };
  stop(): Promise<void>;
}

const account = "000000000000";
const sourceType = "AWS::Lambda::EventSourceMapping";

export async function startDeployedShape(options: DeployedShapeOptions): Promise<DeployedShape> {
  const assembly = readAssembly(options.assembly);
  const clients = clientsOf(options.servers);
  const region = options.servers["AWS_REGION"] ?? "us-east-1";
  const gateway = await startGateway(account);
  const place = { region, account, endpoint: gateway.endpoint };
  const users = new Map<string, DeployedFunction>();
  const lambdaApi = await startLambdaApi((name) => users.get(name));
  const deploy = deployer(options);
  for (const spec of specsOfFolder(options, place, lambdaApi, gateway)) users.set(spec.name, deploy(spec));

  const stack = await createStack(assembly, clients, place);
  const functions = new Map<string, DeployedFunction>();
  for (const [id, spec] of await specsOfStack(assembly, stack, options, lambdaApi)) functions.set(id, deploy(spec));
  const byArn = new Map([...functions.values()].map((each) => [each.spec.arn, each]));
  const sources = await eventSources(assembly, stack, byArn, { options, clients, region });
  const polling = [...sources.values()].map((source) => source.run());
  gateway.serve(await routes(assembly, stack, byArn));
  const minute = await schedule(assembly, stack, byArn, place);
  const clock = setInterval(() => void minute(), options.minuteMilliseconds ?? 60_000);
  const outputs = await stack.outputs();

  const find = (name: string) => {
    const own = [...functions].find(([id]) => id.startsWith(name))?.[1] ?? users.get(name);
    if (own === undefined) throw new Error(`there is no function ${name}`);
    return own;
  };
  return {
    endpoint: gateway.endpoint,
    lambdaEndpoint: lambdaApi.endpoint,
    region,
    accessKey: await secretOf(clients, outputs["AccessKeySecret"] ?? ""),
    outputs,
    clients,
    leftOut: stack.leftOut,
    find,
    invoke: (name, event) => find(name).invoke(JSON.stringify(event)),
    minute,
    counts: () => ({
      functions: Object.fromEntries([...functions, ...users].map(([id, { counts }]) => [id, counts])),
      queues: Object.fromEntries([...sources].map(([id, { counts }]) => [id, counts])),
    }),
    async stop() {
      clearInterval(clock);
      for (const source of sources.values()) source.stop();
      await Promise.all([...functions.values(), ...users.values()].map((each) => each.close()));
      await Promise.all(polling);
      await Promise.all([gateway.close(), lambdaApi.close()]);
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

function deployer({ environments = 4, chaos, onLog = () => {} }: DeployedShapeOptions) {
  const day = chaos === undefined ? goodDay : chaosOf(chaos);
  return (spec: FunctionSpec) => new DeployedFunction(spec, environments, day, (line) => onLog(spec.name, line));
}

/** User functions: Lambda's default is 3 s; these get a minute, and find Baton's API as the AWS SDK looks for it. */
function specsOfFolder(
  { functions, servers, functionsEnvironment }: DeployedShapeOptions,
  place: Place,
  lambdaApi: LambdaApi,
  gateway: Gateway,
): FunctionSpec[] {
  if (functions === undefined) return [];
  const endpoints = { AWS_ENDPOINT_URL_LAMBDA: lambdaApi.endpoint, AWS_ENDPOINT_URL_SFN: gateway.endpoint };
  const environment = { ...servers, ...endpoints, ...functionsEnvironment };
  return userFunctions(functions, { ...place, timeoutSeconds: 60, environment });
}

async function specsOfStack(
  assembly: Assembly,
  stack: Stack,
  { servers }: DeployedShapeOptions,
  lambdaApi: LambdaApi,
): Promise<[id: string, FunctionSpec][]> {
  const specs = ofType(assembly, "AWS::Lambda::Function").map(async (id): Promise<[string, FunctionSpec]> => {
    const properties = await stack.properties(id);
    const [module, exported = ""] = text(properties["Handler"]).split(".");
    const variables = object(object(properties["Environment"] ?? {})["Variables"] ?? {});
    const given = Object.entries(variables).map(([name, value]) => [name, text(value)]);
    const spec = {
      name: await stack.references.ref(id),
      arn: await stack.references.attribute(id, "Arn"),
      file: `${assembly.assetFolder(text(object(properties["Code"])["S3Key"]))}/${module}.mjs`,
      exported,
      timeoutSeconds: Number(properties["Timeout"]),
      memoryMegabytes: Number(properties["MemorySize"]),
      environment: { ...servers, AWS_ENDPOINT_URL_LAMBDA: lambdaApi.endpoint, ...Object.fromEntries(given) },
    };
    return [id, spec];
  });
  return Promise.all(specs);
}

async function eventSources(
  assembly: Assembly,
  stack: Stack,
  byArn: ReadonlyMap<string, DeployedFunction>,
  runner: { readonly options: DeployedShapeOptions; readonly clients: Clients; readonly region: string },
): Promise<Map<string, EventSource>> {
  const queues = await queueUrls(assembly, stack);
  const { options, clients, region } = runner;
  const sources = ofType(assembly, sourceType).map(async (id): Promise<[string, EventSource]> => {
    const properties = await stack.properties(id);
    const queueArn = text(properties["EventSourceArn"]);
    const target = [...byArn.values()].find(({ spec }) => isNamed(spec, text(properties["FunctionName"])));
    if (target === undefined) throw new Error(`${id} names no function of the template`);
    const allowed = Number(object(properties["ScalingConfig"] ?? {})["MaximumConcurrency"] ?? Number.POSITIVE_INFINITY);
    const mapping = {
      queueUrl: queues.get(queueArn) ?? "",
      queueArn,
      region,
      batchSize: Number(properties["BatchSize"] ?? 10),
      partialFailures: list(properties["FunctionResponseTypes"] ?? []).includes("ReportBatchItemFailures"),
      concurrency: Math.min(allowed, target.limit),
    };
    return [id, new EventSource(mapping, clients.sqs, target, options.onError ?? console.error)];
  });
  return new Map(await Promise.all(sources));
}

async function queueUrls(assembly: Assembly, { references }: Stack): Promise<ReadonlyMap<string, string>> {
  const ids = ofType(assembly, "AWS::SQS::Queue");
  const pairs = ids.map(async (id) => [await references.attribute(id, "Arn"), await references.ref(id)] as const);
  return new Map(await Promise.all(pairs));
}

async function routes(
  assembly: Assembly,
  stack: Stack,
  byArn: ReadonlyMap<string, DeployedFunction>,
): Promise<readonly Route[]> {
  const { references } = stack;
  const integrations = new Map<string, string>();
  for (const id of ofType(assembly, "AWS::ApiGatewayV2::Integration")) integrations.set(await references.ref(id), id);
  const found = ofType(assembly, "AWS::ApiGatewayV2::Route").map(async (id) => {
    const { RouteKey, Target } = await stack.properties(id);
    const integration = await stack.properties(integrations.get(text(Target).replace("integrations/", "")) ?? "");
    const target = byArn.get(text(integration["IntegrationUri"]));
    if (target === undefined) throw new Error(`${id} leads to no function of the template`);
    return { key: text(RouteKey), target, timeoutMilliseconds: Number(integration["TimeoutInMillis"] ?? 30_000) };
  });
  return Promise.all(found);
}

async function schedule(
  assembly: Assembly,
  stack: Stack,
  byArn: ReadonlyMap<string, DeployedFunction>,
  { region }: Place,
): Promise<() => Promise<readonly Invocation[]>> {
  const targets: { readonly rule: string; readonly target: DeployedFunction }[] = [];
  for (const id of ofType(assembly, "AWS::Events::Rule")) {
    const properties = await stack.properties(id);
    if (properties["ScheduleExpression"] !== "rate(1 minute)") throw new Error(`${id} is not scheduled each minute`);
    for (const each of list(properties["Targets"])) {
      const target = byArn.get(text(object(each)["Arn"]));
      if (target !== undefined) targets.push({ rule: await stack.references.attribute(id, "Arn"), target });
    }
  }
  const event = (rule: string): JsonObject => ({
    version: "0",
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account,
    time: new Date().toISOString(),
    region,
    resources: [rule],
    detail: {},
  });
  return () => Promise.all(targets.map(({ rule, target }) => target.invoke(JSON.stringify(event(rule)))));
}

function ofType(assembly: Assembly, type: string): string[] {
  return [...assembly.resources.values()].filter((each) => each.type === type).map(({ id }) => id);
}

function isNamed(spec: FunctionSpec, nameOrArn: string): boolean {
  return spec.name === nameOrArn || spec.arn === nameOrArn;
}

async function secretOf(clients: Clients, SecretId: string): Promise<DeployedShape["accessKey"]> {
  const { SecretString = "{}" } = await clients.secrets.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}
