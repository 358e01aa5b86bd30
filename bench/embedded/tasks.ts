/**
 * Ten tasks in sequence, each a call to a local HTTP function in a thread of its own, beside a bare loop of the same
 * calls, and one that does before each call what no call may be made without: the claim goes to the disk.
 */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Agent, request } from "undici";
import { built } from "../built.ts";
import { median } from "../print.ts";
import { openEmbedded } from "./open.ts";

const { createTasks } =
  await built<typeof import("../../lib/integrations/integrations.ts")>("integrations/integrations");
const { urlFunctions } = await built<typeof import("../../lib/local/functions/url-functions.ts")>(
  "local/functions/url-functions",
);

export const tasksInSequence = 10;
export const tasksInFlight = [1, 32] as const;
const executions = 64;
const taskRounds = 5;
/** Rounds of all three before those that count (see `chains.ts`). */
const warmUps = 10;
const inputOf = (order: number): string => JSON.stringify({ order, items: ["tea", "milk"], total: 12.5 });

export interface TaskFigures {
  /** Executions, and bare loops. */
  readonly inFlight: number;
  readonly barePerSecond: number;
  /** The bare loop with a sync before each call, which those in flight share: what a durable engine can come to at most. */
  readonly syncedPerSecond: number;
  readonly batonPerSecond: number;
}

export async function tasks(): Promise<readonly TaskFigures[]> {
  const server = new Worker(new URL("./http-function.mjs", import.meta.url));
  const [url]: readonly string[] = await once(server, "message");
  if (url === undefined) throw new Error("the function has no address");
  const figures: TaskFigures[] = [];
  for (const inFlight of tasksInFlight) figures.push(await tasksAt(url, inFlight));
  await server.terminate();
  return figures;
}

async function tasksAt(url: string, inFlight: number): Promise<TaskFigures> {
  const functions = urlFunctions({ echo: url });
  const embedded = await openEmbedded(createTasks({ functions: [functions.invoke] }));
  const machine = await embedded.deploy(sequence());
  const agent = new Agent({ connections: inFlight });
  const call = (order: number): Promise<void> => bareCall(url, agent, inputOf(order));
  const disk = await openDisk();
  const bare: number[] = [];
  const synced: number[] = [];
  const baton: number[] = [];
  for (let round = -warmUps; round < taskRounds; round++) {
    const figures = [
      await perSecond(inFlight, (order) => inSequence(() => call(order))),
      await perSecond(inFlight, (order) =>
        inSequence(async () => {
          await disk.sync();
          await call(order);
        }),
      ),
      await perSecond(inFlight, (order) => embedded.run(machine, inputOf(order))),
    ] as const;
    if (round < 0) continue;
    bare.push(figures[0]);
    synced.push(figures[1]);
    baton.push(figures[2]);
  }
  await disk.close();
  await embedded.close();
  await functions.close();
  await agent.close();
  return {
    inFlight,
    barePerSecond: median(bare),
    syncedPerSecond: median(synced),
    batonPerSecond: median(baton),
  };
}

async function inSequence(task: () => Promise<void>): Promise<void> {
  for (let done = 0; done < tasksInSequence; done++) await task();
}

/** A claim's length, into a file that keeps its size; who comes while it is synced shares the next sync. */
async function openDisk(): Promise<{ sync(): Promise<void>; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const file = await open(join(folder, "claims"), "w+");
  const claim = Buffer.alloc(1_500);
  const places = executions * tasksInSequence;
  await file.write(Buffer.alloc(claim.length * places));
  await file.sync();
  let next = 0;
  let running: Promise<void> = Promise.resolve();
  let following: Promise<void> | undefined;
  return {
    sync() {
      writeSync(file.fd, claim, 0, claim.length, claim.length * (next++ % places));
      following ??= running.then(() => {
        following = undefined;
        running = file.datasync();
        return running;
      });
      return following;
    },
    async close() {
      await file.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function bareCall(url: string, agent: Agent, body: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await request(url, { method: "POST", headers, body, dispatcher: agent });
  await answer.body.text();
}

/** Tasks a second, of so many executions at a time. */
async function perSecond(inFlight: number, execution: (order: number) => Promise<void>): Promise<number> {
  const begun = performance.now();
  let started = 0;
  const user = async (): Promise<void> => {
    while (started < executions) await execution(started++);
  };
  await Promise.all(Array.from({ length: inFlight }, user));
  return (executions * tasksInSequence * 1_000) / (performance.now() - begun);
}

function sequence(): object {
  const Resource = "arn:aws:lambda:us-east-1:000000000000:function:echo";
  const rows = Array.from({ length: tasksInSequence }, (_, index) => {
    const onward = index + 1 < tasksInSequence ? { Next: `Task${index + 1}` } : { End: true };
    return [`Task${index}`, { Type: "Task", Resource, ...onward }];
  });
  return { StartAt: "Task0", States: Object.fromEntries(rows) };
}
