/**
 * Runs what `cdk deploy` would deploy, on one machine: the synthesized template's resources on real servers,
 * its functions from their bundled assets in processes of their own, its event sources, schedule and API.
 */
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { type JsonObject, readAssembly } from "./assembly.ts";
import { type Chaos, type ChaosOptions, chaosOf, goodDay } from "./chaos.ts";
import { type Asked, askResource, type ResourceAnswer } from "./custom-resource.ts";
import {
  arnsOf,
  type Deployment,
  functionsOf,
  functionUrlOf,
  mappingsOf,
  type PlacedFunction,
  policiesOf,
  queuesOf,
  routesOf,
  scheduledEvent,
  scheduleOf,
} from "./deploy.ts";
import { EventSource, type MappingCounts } from "./event-source.ts";
import { DeployedFunction, type FunctionCounts } from "./function.ts";
import { startGateway } from "./gateway.ts";
import { startLambdaApi, userFunctions } from "./lambda-api.ts";
import type { FunctionSpec, Invocation } from "./process.ts";
import { comeDue, publish, type Send } from "./rules.ts";
import { createStack, type Place } from "./stack.ts";
import { type Clients, clientsOf } from "./storage.ts";
import { startWire, type Wire } from "./wire.ts";

export interface DeployedShapeOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assembly: string;
  /** Where DynamoDB, SQS, S3 and Secrets Manager answer, as `AWS_ENDPOINT_URL_…`, with region and credentials. */
  readonly servers: Readonly<Record<string, string>>;
  /** More environment variables for the stack's functions than the template gives them. */
  readonly environment?: Readonly<Record<string, string>>;
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
  /** For looking at what the servers hold. */
  readonly clients: Clients;
  /** What of the template was not carried out. */
  readonly leftOut: readonly string[];
  /** Calls to AWS that the caller's role does not allow; they were refused. */
  readonly denied: readonly string[];
  /** The stack's functions by the beginning of their logical id, the folder's by their name. */
  find(name: string): DeployedFunction;
  /** As CloudFormation does for a custom resource of the template. */
  ask(asked: Asked): Promise<ResourceAnswer>;
  /** To all rules that wait for events, whatever their pattern. */
  publish(event: JsonObject): Promise<void>;
  /** For all schedules of EventBridge Scheduler, at that time. */
  comeDue(time: string): Promise<void>;
  /** Lets the scheduled functions run now, and waits for them. */
  minute(): Promise<readonly Invocation[]>;
  counts(): Counts;
  stop(): Promise<void>;
}

export interface Counts {
  readonly functions: Readonly<Record<string, FunctionCounts>>;
  readonly queues: Readonly<Record<string, MappingCounts>>;
  /** Calls to AWS, by function and action. */
  readonly calls: Wire["calls"];
}

const account = "000000000000";

export async function startDeployedShape(options: DeployedShapeOptions): Promise<DeployedShape> {
  const assembly = readAssembly(options.assembly);
  const clients = clientsOf(options.servers);
  const chaos = options.chaos === undefined ? goodDay : chaosOf(options.chaos);
  const gateway = await startGateway(account);
  const functionUrl = await startGateway(account);
  const region = options.servers["AWS_REGION"] ?? "us-east-1";
  const place = { region, account, endpoint: gateway.endpoint, functionUrl: functionUrl.endpoint };
  const users = new Map<string, DeployedFunction>();
  const byName = new Map<string, DeployedFunction>();
  const lambdaApi = await startLambdaApi((name) => users.get(name) ?? byName.get(name));
  const targets = { ...options.servers, AWS_ENDPOINT_URL_LAMBDA: lambdaApi.endpoint };
  for (const spec of specsOfFolder(options, place, targets)) users.set(spec.name, userFunction(spec, options));

  const stack = await createStack(assembly, clients, place);
  const deployment = { assembly, stack, place };
  const wire = await startWire(targets, chaos);
  wire.judge(await policiesOf(deployment), await arnsOf(deployment));
  const functions = await deployFunctions(deployment, wire, options);
  const own = [...functions.values()];
  for (const each of own) byName.set(each.spec.name, each);
  const sources = await listen(deployment, own, { clients, chaos, options });
  gateway.serve(await routesOf(deployment, own));
  functionUrl.serve(await functionUrlOf(deployment, own));
  const schedule = await scheduleOf(deployment, own);
  const minute = () =>
    Promise.all(schedule.map(({ ruleArn, target }) => target.invoke(scheduledEvent(ruleArn, place))));
  const clock = setInterval(() => void minute(), options.minuteMilliseconds ?? 60_000);
  const outputs = await stack.outputs();
  const queues = await queuesOf(deployment);
  const send: Send = (queueArn, body) =>
    clients.sqs.send(
      new SendMessageCommand({ QueueUrl: queues.get(queueArn), MessageBody: throughWire(body, wire, options) }),
    );

  const all = new Map([...functions, ...users]);
  return {
    endpoint: gateway.endpoint,
    lambdaEndpoint: lambdaApi.endpoint,
    region: place.region,
    accessKey: await secretOf(clients, outputs["AccessKeySecret"] ?? ""),
    outputs,
    clients,
    leftOut: stack.leftOut,
    denied: wire.denied,
    minute,
    ask: (asked) => askResource(deployment, own, asked),
    publish: (event) => publish(deployment, send, event),
    comeDue: (time) => comeDue(deployment, send, time),
    find(name) {
      const found = [...functions].find(([id]) => id.startsWith(name))?.[1] ?? users.get(name);
      if (found === undefined) throw new Error(`there is no function ${name}`);
      return found;
    },
    counts: () => ({
      functions: Object.fromEntries([...all].map(([id, { counts }]) => [id, counts])),
      queues: Object.fromEntries([...sources].map(([id, { source }]) => [id, source.counts])),
      calls: wire.calls,
    }),
    async stop() {
      clearInterval(clock);
      for (const { source } of sources.values()) source.stop();
      await Promise.all([...all.values()].map((each) => each.close()));
      await Promise.all([...sources.values()].map(({ ended }) => ended));
      await Promise.all([gateway.close(), functionUrl.close(), lambdaApi.close(), wire.close()]);
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

async function deployFunctions(
  deployment: Deployment,
  wire: Wire,
  options: DeployedShapeOptions,
): Promise<ReadonlyMap<string, DeployedFunction>> {
  const placed = await functionsOf(deployment, (value) => throughWire(value, wire, options));
  return new Map(placed.map((each) => [each.id, stackFunction(each, wire, options)]));
}

/** SQS clients go where the queue's URL says. */
function throughWire(text: string, wire: Wire, { servers }: DeployedShapeOptions): string {
  return text.replaceAll(servers["AWS_ENDPOINT_URL_SQS"] ?? "", wire.endpoints["AWS_ENDPOINT_URL_SQS"] ?? "");
}

function stackFunction(
  { id, role, spec }: PlacedFunction,
  wire: Wire,
  options: DeployedShapeOptions,
): DeployedFunction {
  const { servers, environment, environments = 4, onLog = () => {} } = options;
  return new DeployedFunction(spec, {
    limit: environments,
    onLog: (line) => onLog(id, line),
    variables: (kill) => {
      const AWS_ACCESS_KEY_ID = wire.register({ id, name: spec.name, role, kill });
      return { ...servers, ...wire.endpoints, AWS_ACCESS_KEY_ID, ...environment };
    },
  });
}

function userFunction(
  spec: FunctionSpec,
  { environments = 4, onLog = () => {} }: DeployedShapeOptions,
): DeployedFunction {
  return new DeployedFunction(spec, {
    limit: environments,
    onLog: (line) => onLog(spec.name, line),
    variables: () => ({}),
  });
}

/** Lambda's default is 3 s; these get a minute. They find Baton's API where the AWS SDK looks for it. */
function specsOfFolder(
  { functions, functionsEnvironment }: DeployedShapeOptions,
  place: Place,
  targets: Readonly<Record<string, string>>,
): readonly FunctionSpec[] {
  if (functions === undefined) return [];
  const environment = { ...targets, AWS_ENDPOINT_URL_SFN: place.endpoint, ...functionsEnvironment };
  return userFunctions(functions, { ...place, timeoutSeconds: 60, environment });
}

interface Listening {
  readonly source: EventSource;
  readonly ended: Promise<void>;
}

async function listen(
  deployment: Deployment,
  functions: readonly DeployedFunction[],
  around: { readonly clients: Clients; readonly chaos: Chaos; readonly options: DeployedShapeOptions },
): Promise<ReadonlyMap<string, Listening>> {
  const { clients, chaos, options } = around;
  const mappings = await mappingsOf(deployment, functions);
  return new Map(
    mappings.map(({ id, mapping, target }) => {
      const source = new EventSource(mapping, target, {
        sqs: clients.sqs,
        chaos,
        onError: options.onError ?? console.error,
      });
      return [id, { source, ended: source.run() }];
    }),
  );
}

async function secretOf(clients: Clients, SecretId: string): Promise<DeployedShape["accessKey"]> {
  const { SecretString = "{}" } = await clients.secrets.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}
