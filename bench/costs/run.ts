/**
 * Runs all scenarios on the deployed shape, once, and answers what each asked AWS for. Nobody but the
 * functions is counted: how far an execution is, is read from the table without them.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { environment } from "../../lib/adapters/aws/names.ts";
import { settingsFromEnvironment } from "../../lib/adapters/aws/settings.ts";
import { type AwsWorld, openAwsWorld } from "../../lib/adapters/aws/world.ts";
import { parseExecutionArn } from "../../lib/engine/identity.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { s3Objects } from "../../lib/integrations/s3-objects.ts";
import { eventually } from "../../test/end-to-end/deployed-shape/eventually.ts";
import { functionNames } from "../../test/end-to-end/deployed-shape/lambda-api.ts";
import { type DeployedShape, startDeployedShape } from "../../test/end-to-end/deployed-shape/shape.ts";
import { synthesize } from "../../test/end-to-end/deployed-shape/synthesize.ts";
import { startServers } from "../../test/servers/servers.ts";
import { redeliver } from "./redeliver.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { Meter, minus, per, type Usage } from "./usage.ts";

export interface Measured {
  /** By scenario, for one execution. */
  readonly usage: ReadonlyMap<string, Usage>;
  /** What one late copy of a message asks for. */
  readonly redelivery: Usage;
  /** Requests that concern no execution, by function and operation, of the whole run. */
  readonly others: ReadonlyMap<string, number>;
  readonly executions: number;
}

const functions = join(import.meta.dirname, "..", "functions");
const patienceSeconds = 400;
/** The guard of a start or an answer comes a minute after it and reads the head, which belongs to the price. */
const guardMilliseconds = 61_000;
const quietMilliseconds = 3_000;

export async function measureCosts(): Promise<Measured> {
  const servers = await startServers({ dynamodb: true, sqs: true, s3: true });
  if (servers.kind === "missing") throw new Error(`the costs are counted on real servers: ${servers.reason}`);
  const meter = new Meter();
  const tokens = await listenForTokens();
  const shape = await startDeployedShape({
    assembly: synthesize({}, functionNames(functions)),
    servers: { ...servers.environment, [environment.printRequests]: "1" },
    functions,
    functionsEnvironment: { BENCH_TOKENS: tokens.url },
    environments: 2,
    onLog: (name, line) => meter.read(name, line),
  });
  const settings = settingsFromEnvironment(shape.find("BatonAdvance").spec.environment);
  const world = await openAwsWorld({ ...settings, clients: shape.clients }, nobody, s3Objects());
  try {
    return await measure(shape, world, meter, tokens);
  } finally {
    tokens.close();
    await shape.stop();
    await servers.stop();
  }
}

const nobody = { call: () => Promise.reject(new Error("the bench itself calls nobody")) };

async function measure(shape: DeployedShape, world: AwsWorld, meter: Meter, tokens: Tokens): Promise<Measured> {
  const client = new SFNClient({ endpoint: shape.endpoint, region: shape.region, credentials: shape.accessKey });
  tokens.answerWith(client);
  const started = await Promise.all(scenarios.map((scenario) => start(client, scenario)));
  const ids = started.flat();
  await eventually("all executions end", () => allEnded(world, ids), patienceSeconds);
  const lastAnswer = Date.now();
  await eventually(
    "the guards have come and nothing is asked for any more",
    () =>
      Date.now() > lastAnswer + guardMilliseconds && meter.idleMilliseconds > quietMilliseconds ? true : undefined,
    patienceSeconds,
  );
  const usage = scenarios.map(({ name, executions }) => [name, per(meter.of(name), executions)] as const);
  const before = meter.of("redelivered");
  const copies = await redeliver(shape, world, started[scenarios.findIndex(({ name }) => name === "redelivered")]?.[0]);
  await eventually("the copies are counted", () => (meter.idleMilliseconds > quietMilliseconds ? true : undefined));
  return {
    usage: new Map(usage),
    redelivery: per(minus(meter.of("redelivered"), before), copies),
    others: meter.others,
    executions: ids.length,
  };
}

async function start(client: SFNClient, { name, machine, input, executions }: Scenario): Promise<ExecutionId[]> {
  const roleArn = "arn:aws:iam::000000000000:role/bench";
  const definition = JSON.stringify(machine);
  const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  const ids: ExecutionId[] = [];
  for (let count = 0; count < executions; count++) {
    const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn, input }));
    const id = parseExecutionArn(executionArn);
    if (id === undefined) throw new Error(`'${executionArn}' is no execution's ARN`);
    ids.push(id);
  }
  return ids;
}

async function allEnded(world: AwsWorld, ids: readonly ExecutionId[]): Promise<true | undefined> {
  for (const id of ids) {
    const found = await world.executions.find(id);
    if (found?.status === "RUNNING") return undefined;
    const expected = found?.machine === "fail" ? "FAILED" : "SUCCEEDED";
    if (found?.status !== expected) throw new Error(`${id} is ${found?.status}: ${found?.error} ${found?.cause}`);
  }
  return true;
}

interface Tokens {
  readonly url: string;
  answerWith(client: SFNClient): void;
  close(): void;
}

/** So late that the function which handed the token over has returned: the usual order of things. */
const callbackMilliseconds = 2_000;

async function listenForTokens(): Promise<Tokens> {
  let client: SFNClient | undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const taskToken = Buffer.concat(chunks).toString();
    setTimeout(() => void client?.send(new SendTaskSuccessCommand({ taskToken, output: "{}" })), callbackMilliseconds);
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answerWith: (given) => {
      client = given;
    },
    close: () => server.close(),
  };
}
