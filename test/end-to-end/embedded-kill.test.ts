/**
 * kill -9 while a hundred orders run, again and again, on one folder: nothing that was acknowledged is lost,
 * every order ends, and no attempt of a task is invoked twice. The functions run, and are counted, outside.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import { type Client, connect, type Reply } from "../../lib/cli/client.ts";
import { listAll } from "../../lib/cli/names.ts";
import { type Dev, startDev } from "./embedded/dev.ts";
import { openShop, orderInput, shopDefinition } from "./embedded/shop.ts";

const seed = process.env["BATON_SEED"] ?? "3";
const orders = Array.from({ length: 100 }, (_, index) => `ord-${index + 1}`);
/** All orders together make about 650 calls, so each of the kills comes while many of them run. */
const kills = 5;
const patience = { timeout: 60_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), "baton-kill-"));
const data = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("100 orders, kill -9, restart", { timeout: 120_000 }, () => {
  test("no acknowledged start is lost, every order ends, no attempt is invoked twice", async () => {
    console.log(`seed ${seed} (BATON_SEED)`);
    const chance = prng(seed);
    const shop = await openShop(() => chance.below(20));
    const definition = join(folder, "orders.asl.json");
    writeFileSync(definition, shopDefinition());
    const parameters = ["--data", data, "--json", ...shop.functionUrls, definition];
    const acknowledged = new Set<string>();
    const restarts: Restart[] = [];

    let dev = await startDev(...parameters);
    for (let kill = 0; kill < kills; kill += 1) {
      const doomed = killAfter(shop, 20 + chance.below(80), chance.below(30), dev);
      const submitting = submit(connect(dev.url), acknowledged);
      await doomed;
      await submitting;
      const firstCall = nextCall(shop, performance.now());
      dev = await startDev(...parameters);
      const { resumed } = JSON.parse(dev.said().trim().split("\n")[0] ?? "");
      const calledAt = resumed > 0 ? await firstCall : dev.readyAt;
      restarts.push({ resumed, readyAfter: dev.startedInMilliseconds, progressAfter: calledAt - dev.readyAt });
    }
    console.table(restarts.map(rounded));

    const client = connect(dev.url);
    await submit(client, acknowledged);
    expect([...acknowledged].sort()).toEqual([...orders].sort());
    const executions = await vi.waitFor(async () => {
      const all = await executionsOf(client);
      expect(all.filter(({ status }) => status === "RUNNING")).toEqual([]);
      return all;
    }, patience);
    expect(executions.map(({ name }) => name).sort()).toEqual([...orders].sort());
    expect([...shop.calls].filter(([, count]) => count !== 1)).toEqual([]);
    // These functions never fail by themselves: a second attempt is one whose first was lost in a kill.
    const second = /(ReserveStock|CheckFraud|PackItem line \d) attempt 1$/;
    expect([...shop.calls.keys()].filter((key) => second.test(key))).not.toEqual([]);
    for (const execution of executions) expect(await complaints(client, execution, shop.calls)).toEqual([]);

    const waits = restarts.filter(({ resumed }) => resumed >= 10).map(({ progressAfter }) => progressAfter);
    expect(waits.length).toBeGreaterThan(2);
    expect(median(waits)).toBeLessThan(1_000);

    expect(await dev.stop()).toBe(0);
    const again = await startDev(...parameters);
    expect(JSON.parse(again.said())).toMatchObject({ resumed: 0, machines: ["orders"] });
    expect(await executionsOf(connect(again.url))).toHaveLength(orders.length);
    expect(await again.stop()).toBe(0);
    shop.close();
  });
});

type Shop = Awaited<ReturnType<typeof openShop>>;

interface Restart {
  /** Open executions found. */
  readonly resumed: number;
  /** From the start of the process to its ready line, in milliseconds. */
  readonly readyAfter: number;
  /** From the ready line to the first task of an execution that was found, in milliseconds. */
  readonly progressAfter: number;
}

function rounded({ resumed, readyAfter, progressAfter }: Restart): Restart {
  return { resumed, readyAfter: Math.round(readyAfter), progressAfter: Math.round(progressAfter) };
}

/** Of several, so that a busy machine does not fail it once. */
function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;
}

/** Kills the process a moment after that many calls have come in: some are not answered then. */
function killAfter(shop: Shop, calls: number, milliseconds: number, dev: Dev): Promise<void> {
  return new Promise((resolve) => {
    let left = calls;
    shop.onCall = () => {
      left -= 1;
      if (left === 0) setTimeout(() => resolve(dev.kill()), milliseconds);
    };
  });
}

/** Over a connection opened since: what the killed process had sent may still come in. */
function nextCall(shop: Shop, since: number): Promise<number> {
  return new Promise((resolve) => {
    shop.onCall = (connectedAt) => {
      if (connectedAt > since) resolve(performance.now());
    };
  });
}

const submittedAtOnce = 8;

/** Starts what nobody has confirmed yet. A start that got no answer is tried again with the next process: names make that safe. */
async function submit(client: Client, acknowledged: Set<string>): Promise<void> {
  const { stateMachines } = await client.call("ListStateMachines", {}).catch(() => ({ stateMachines: [] }));
  const waiting = stateMachines.length === 0 ? [] : orders.filter((name) => !acknowledged.has(name));
  const stateMachineArn = stateMachines[0]?.stateMachineArn;
  const submitter = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const input = orderInput(Number(name.slice("ord-".length)));
      const answer = await client
        .call("StartExecution", { stateMachineArn, name, input })
        .catch((error: Error) => error);
      const confirmed = !(answer instanceof Error) || answer.name === "ExecutionAlreadyExists";
      if (confirmed) acknowledged.add(name);
    }
  };
  await Promise.all(Array.from({ length: submittedAtOnce }, submitter));
}

async function executionsOf(client: Client): Promise<readonly Reply[]> {
  const { stateMachines } = await client.call("ListStateMachines", {});
  const { stateMachineArn } = stateMachines[0];
  return await listAll(client, "ListExecutions", { stateMachineArn }, "executions");
}

/** What is wrong with an ended order: its history, and what the shop saw of it. */
async function complaints(
  client: Client,
  { executionArn, name, status }: Reply,
  calls: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const events = await listAll(client, "GetExecutionHistory", { executionArn }, "events");
  const types: string[] = events.map(({ type }) => type);
  const called = (state: string): number =>
    [...calls.keys()].filter((key) => key.startsWith(`${name} ${state} `)).length;
  const claimed = types.filter((type) => type === "LambdaFunctionScheduled").length;
  const callsInAll = [...calls.keys()].filter((key) => key.startsWith(`${name} `)).length;
  const checks: readonly (readonly [holds: boolean, complaint: string])[] = [
    [types[0] === "ExecutionStarted", "does not begin with ExecutionStarted"],
    [types.at(-1) === (status === "SUCCEEDED" ? "ExecutionSucceeded" : "ExecutionFailed"), `ends with ${types.at(-1)}`],
    [events.every(({ id }, index) => id === index + 1), "its events are not numbered one by one"],
    [callsInAll <= claimed, `${callsInAll} calls were made of ${claimed} in its history`],
    [status !== "SUCCEEDED" || (called("ChargeCard") > 0 && called("ShipOrder") > 0), "succeeded unpaid or unshipped"],
    [status !== "SUCCEEDED" || called("RefundCard") === 0, "shipped and refunded"],
  ];
  return checks.flatMap(([holds, complaint]) => (holds ? [] : [`${name}: ${complaint}`]));
}
