/**
 * Three workers share DynamoDB Local, ElasticMQ and moto. One is killed, one is told to stop, both servers with
 * state go away and come back: every order ends, and each attempt was made once, by the count of the shop outside.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RequestSeen } from "../../lib/adapters/aws/counting.ts";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import { connect, type Reply } from "../../lib/cli/client.ts";
import { deploy } from "../../lib/cli/deploy.ts";
import { installationNames } from "../../lib/cli/installation.ts";
import { headOf } from "../../lib/engine/head.ts";
import { parseExecutionArn } from "../../lib/engine/identity.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import type { Segment } from "../../lib/engine/segment.ts";
import { type Operator, openOperator } from "../../lib/worker/operator.ts";
import { baton } from "../cli/baton.ts";
import { type Servers, startServers } from "../servers/servers.ts";
import { type Dev, startServing } from "./embedded/dev.ts";
import { complaints, executionsOf, submit } from "./embedded/orders.ts";
import { openShop, type Shop, shopDefinition } from "./embedded/shop.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-worker-"));
const started = await startServers({ dynamodb: true, sqs: true, s3: true, folder });
const title = started.kind === "started" ? "three workers" : `three workers (skipped: ${started.reason})`;
afterAll(async () => {
  if (started.kind === "started") await started.stop();
  rmSync(folder, { recursive: true, force: true });
});

const seed = process.env["BATON_SEED"] ?? "5";
const orders = Array.from({ length: 30 }, (_, index) => `ord-${index + 1}`);
/** A killed worker's tasks are judged when their lease and a margin of 30 s are over. */
const patience = { timeout: 200_000, interval: 500 };

describe.runIf(started.kind === "started")(title, { timeout: 300_000 }, () => {
  const { environment, running } = started as Servers;

  test("lose nothing and make no attempt twice, whoever goes and comes", async () => {
    console.log(`seed ${seed} (BATON_SEED)`);
    const chance = prng(seed);
    const shop = await openShop(() => 20 + chance.below(60));
    const work = (...more: readonly string[]): Promise<Dev> =>
      startServing(["worker", "--port", "0", "--json", ...shop.functionUrls, ...more], {
        ...environment,
        BATON_PRINT_REQUESTS: "1",
      });

    const first = await work("--create");
    expect(created(first)).toEqual([
      "bucket baton-payloads",
      "queue baton-dead-letters",
      "queue baton-flow",
      "queue baton-tasks",
      "table baton",
    ]);
    await deploy(connect(first.url), { name: "orders", text: shopDefinition() });
    expect(await first.stop()).toBe(0);
    await shortenVisibility(environment);

    const [one, doomed, leaving] = await Promise.all([work(), work(), work()]);
    const acknowledged = new Set<string>();
    const killed = afterCalls(shop, 40).then(() => doomed.kill());
    await Promise.all([one, doomed, leaving].map(({ url }) => submit(connect(url), orders, acknowledged)));
    await killed;
    expect(await leaving.stop()).toBe(0);
    expect(leaving.said()).toMatch(/"stopped":true,"handled":\d+,"givenUp":0/);

    const another = await work();
    const outage = afterCalls(shop, 10).then(() => running.dynamodb?.stop());
    await submit(connect(another.url), orders, acknowledged);
    expect([...acknowledged].sort()).toEqual([...orders].sort());
    await outage;
    await running.sqs?.stop();
    await Promise.all([running.sqs?.start(), running.dynamodb?.start()]);

    const client = connect(another.url);
    const executions = await vi.waitFor(async () => {
      const all = await executionsOf(client);
      expect(all.filter(({ status }) => status === "RUNNING")).toEqual([]);
      return all;
    }, patience);
    expect(executions.map(({ name }) => name).sort()).toEqual([...orders].sort());
    expect([...shop.calls].filter(([, count]) => count !== 1)).toEqual([]);
    for (const execution of executions) expect(await complaints(client, execution, shop.calls)).toEqual([]);

    expect(await (await fetch(`${one.url}/health`)).json()).toMatchObject({ status: "ok" });
    expect(await Promise.all([one.stop(), another.stop()])).toEqual([0, 0]);
    shop.close();
    expectBatches(requestsOf(one));
  });
});

const alone = title.replace("three workers", "one worker");

describe.runIf(started.kind === "started")(alone, { timeout: 200_000 }, () => {
  const { environment } = started as Servers;
  const rest = (seconds: number): string =>
    JSON.stringify({ StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: seconds, End: true } } });
  let worker: Dev;
  let sqs: SQSClient;
  let operator: Operator;

  beforeAll(async () => {
    Object.assign(process.env, environment);
    worker = await startServing(["worker", "--port", "0", "--json", "--create", "--name", "other"], environment);
    sqs = sqsOf(environment);
    operator = await openOperator(installationNames({ name: "other", account: "000000000000" }), {});
    for (const seconds of [1, 8]) await deploy(connect(worker.url), { name: `rest-${seconds}`, text: rest(seconds) });
  });
  afterAll(async () => {
    sqs.destroy();
    operator.close();
    expect(await worker.stop()).toBe(0);
  });

  const urlOf = async (queue: string): Promise<string> =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: `other-${queue}` }))).QueueUrl ?? "";
  const arnOf = (kind: string, machine: string): string => `arn:aws:states:us-east-1:000000000000:${kind}:${machine}`;
  const start = async (machine: string, name: string): Promise<string> => {
    const stateMachineArn = arnOf("stateMachine", machine);
    return (await connect(worker.url).call("StartExecution", { stateMachineArn, name, input: "{}" })).executionArn;
  };
  const ended = (executionArn: string): Promise<Reply> =>
    vi.waitFor(
      async () => {
        const execution = await connect(worker.url).call("DescribeExecution", { executionArn });
        expect(execution.status).not.toBe("RUNNING");
        return execution;
      },
      { timeout: 60_000, interval: 200 },
    );
  const send = async (queue: string, ...bodies: readonly string[]): Promise<void> => {
    const Entries = bodies.map((MessageBody, place) => ({ Id: String(place), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: await urlOf(queue), Entries }));
  };
  const batonOf = (head: Segment, more: object = {}): string =>
    JSON.stringify({ kind: "advance", execution: head.execution, branch: "", seq: head.seq + 1, ...more });
  /** Its message then waits in the queue for the end of the wait. */
  const resting = (executionArn: string): Promise<Segment> =>
    vi.waitFor(
      async () => {
        const head = await headOf(operator.engine, parseExecutionArn(executionArn) as ExecutionId, "");
        const doing = head?.position.doing;
        if (!head || (doing?.kind !== "sleeping" && head.seq < 1)) throw new Error(`is ${doing?.kind}`);
        return head;
      },
      { timeout: 30_000, interval: 50 },
    );

  test("what a purge has lost is found, and goes on when it is healed", async () => {
    const executions = await Promise.all(["a", "b", "c"].map((name) => start("rest-8", name)));
    for (const execution of executions) await resting(execution);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: await urlOf("flow") }));
    const looked = await baton("heal", "--name", "other", "--all", "--dry-run");
    expect(looked.out).toContain("Rest: its next step has not been taken, due ");
    expect(looked.out).toMatch(/3 executions looked at, 3 places stand still\n$/);
    const quiet = await baton("heal", "--name", "other", "--json");
    expect(JSON.parse(quiet.out)).toEqual({ healed: { executions: 3, found: 0, capped: false } });
    const one = await baton("heal", executions[0] ?? "", "--name", "other", "--all");
    expect(one.out).toMatch(/1 executions looked at, 1 places were set going again\n$/);
    const healed = await baton("heal", "--name", "other", "--machine", "rest-8", "--all");
    expect(healed.out).toMatch(/3 executions looked at, 3 places were set going again\n$/);
    for (const execution of executions) expect(await ended(execution)).toMatchObject({ status: "SUCCEEDED" });
  });

  test("dead letters are listed, and carry on where they were when they are sent again", async () => {
    const arn = await start("rest-8", "dead");
    const head = await resting(arn);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: await urlOf("flow") }));
    await worker.stop(); // it would look after them itself
    await send("dead-letters", batonOf(head), "not ours");
    const listed = await baton("dlq", "list", "--name", "other");
    expect(listed.out.split("\n").sort()).toEqual(
      [
        `${arn}  its next step, received 1 times`,
        "not a message of Baton, received 1 times",
        "2 dead letters",
        "",
      ].sort(),
    );
    const redriven = await baton("dlq", "redrive", "--name", "other", "--json");
    expect(JSON.parse(redriven.out.trim().split("\n").at(-1) ?? "")).toEqual({ redriven: 1, forgotten: 0, left: 1 });
    worker = await startServing(["worker", "--port", "0", "--json", "--name", "other"], environment);
    expect(await ended(arn)).toMatchObject({ status: "SUCCEEDED" });
  });

  test("a message that cannot be worked on ends its execution at the third try, and none beside it", async () => {
    const [bad, good] = [await start("rest-8", "bad"), await start("rest-1", "good")];
    const head = await resting(bad);
    const header = await operator.engine.header(head.execution);
    const position = { ...head.position, state: "Nowhere", doing: { kind: "arriving" } };
    await send("flow", batonOf(head, { header, position }), "not JSON");
    expect(await ended(good)).toMatchObject({ status: "SUCCEEDED" });
    expect(await ended(bad)).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: expect.stringContaining("Baton could not take this step"),
    });
  });

  test("the embedded store is named as what needs neither", async () => {
    expect((await baton("dlq", "list")).err).toContain("the embedded store has no dead letters");
    expect((await baton("heal")).err).toContain("there is nothing to heal");
    expect((await baton("heal", "--name", "nowhere")).err).toContain("there is no table 'nowhere' at this endpoint");
    const open = await baton("worker", "--host", "0.0.0.0");
    expect(open.err).toContain("on 0.0.0.0 the API must know who calls");
  });
});

function created({ said }: Dev): readonly string[] {
  return [...said().matchAll(/"created":"([^"]+)"/g)].map(([, what = ""]) => what).sort();
}

/** What a killed worker had in hand comes back sooner than in the three and fifteen minutes of an installation. */
async function shortenVisibility(environment: Readonly<Record<string, string>>): Promise<void> {
  const sqs = sqsOf(environment);
  for (const [QueueName, VisibilityTimeout] of [
    ["baton-flow", "10"],
    ["baton-tasks", "40"],
  ] as const) {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout } }));
  }
  sqs.destroy();
}

function sqsOf(environment: Readonly<Record<string, string>>): SQSClient {
  const { AWS_REGION: region = "", AWS_ACCESS_KEY_ID: accessKeyId = "" } = environment;
  const credentials = { accessKeyId, secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "" };
  return new SQSClient({ region, credentials, endpoint: environment["AWS_ENDPOINT_URL_SQS"] ?? "" });
}

function afterCalls(shop: Shop, calls: number): Promise<void> {
  return new Promise((resolve) => {
    let left = calls;
    shop.onCall = () => {
      left -= 1;
      if (left === 0) resolve();
    };
  });
}

function requestsOf({ said }: Dev): readonly RequestSeen[] {
  return said()
    .split("\n")
    .filter((line) => line.startsWith('{"request":'))
    .map((line) => JSON.parse(line).request);
}

/** Each message is sent, and deleted or put off; all of that goes in batches. */
function expectBatches(requests: readonly RequestSeen[]): void {
  const table: Record<string, { requests: number; entries: number }> = {};
  for (const { operation, entries } of requests) {
    const row = table[operation] ?? { requests: 0, entries: 0 };
    table[operation] = { requests: row.requests + 1, entries: row.entries + entries };
  }
  console.table(table);
  expect(Object.keys(table)).not.toContain("SendMessage");
  expect(Object.keys(table)).not.toContain("DeleteMessage");
  expect(Object.keys(table)).not.toContain("ChangeMessageVisibility");
  // How many come together is a matter of how fast this machine is.
  const { entries = 0, requests: batches = 0 } = table["DeleteMessageBatch"] ?? {};
  expect(entries).toBeGreaterThan(batches);
}
