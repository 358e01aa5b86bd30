/** Executions in a world where every act is a process of its own, so that any call may be the death of one. */
import { Crash } from "../../lib/adapters/simulated/faults.ts";
import { type SimulatedWorld, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { withOwnService } from "../../lib/api/own-service.ts";
import { handle } from "../../lib/engine/advance.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import type { Inbox, MachineRecord } from "../../lib/engine/ports.ts";
import type { LogTarget } from "../../lib/engine/segment.ts";
import { startExecution } from "../../lib/engine/start.ts";
import { tenant } from "./setup.ts";

export interface Play {
  readonly world: SimulatedWorld;
  /** In a process of its own; undefined: it died of it. */
  act<T>(work: (engine: Engine, inbox: Inbox) => Promise<T>): Promise<T | undefined>;
}

export interface Script {
  /** By name; the first is started, once. */
  readonly machines: Readonly<Record<string, object>>;
  /** Who dies where. */
  readonly plan?: (world: SimulatedWorld) => void;
  /** What the outside does in each turn. */
  readonly turn?: (play: Play, turn: number) => Promise<void>;
  /** Of a turn. */
  readonly milliseconds?: number;
  /** Where the first one's log goes. */
  readonly log?: LogTarget;
}

const mostTurns = 1_000;

/** Until no execution runs and no message is left. */
export async function play({ machines, plan, turn, milliseconds = 20_000, log }: Script): Promise<Play> {
  let current: Engine | undefined;
  const noTasks = { call: async () => ({ kind: "failed", error: "NoSuchTask", cause: "" }) as const };
  const engineOf = (): Engine => {
    if (!current) throw new Error("a task is called by an engine");
    return current;
  };
  const world = simulatedWorld({ seed: "processes", tasks: withOwnService(noTasks, engineOf) });
  plan?.(world);
  const act: Play["act"] = async (work) => {
    const worker = world.worker();
    current = createEngine(worker);
    try {
      return await work(current, worker.inbox);
    } catch (error) {
      if (error instanceof Crash) return undefined;
      throw error;
    }
  };
  const playing = { world, act };
  await start(playing, machines, log);
  const busy = () =>
    world.summaries().some(({ status }) => status === "RUNNING") || world.waiting("flow") + world.waiting("tasks") > 0;
  for (let count = 0; count < mostTurns && busy(); count++) {
    for (const lane of ["flow", "tasks"] as const) await act((engine, inbox) => workOff(engine, inbox, lane));
    await turn?.(playing, count);
    for (const shard of world.shardsDue()) await act((engine) => engine.world.timers.sweep(shard, world.now()));
    await world.advanceTo(world.now() + milliseconds);
  }
  return playing;
}

async function start({ act }: Play, machines: Script["machines"], log: Script["log"]): Promise<void> {
  let first: MachineRecord | undefined;
  for (const [name, definition] of Object.entries(machines)) {
    const machine = await insist(() => act((engine) => deploy(engine, name, definition)));
    first ??= machine;
  }
  const machine = first;
  if (!machine) throw new Error("a script has at least one machine");
  const request = { machine, input: "{}", name: "run", invocationId: "one-invocation", ...(log && { log }) };
  await insist(() => act((engine) => startExecution(engine, request)));
}

async function deploy(engine: Engine, name: string, definition: object): Promise<MachineRecord> {
  const definitionHash = await saveDefinition(engine, JSON.stringify(definition));
  const fixed = { type: "STANDARD", createdAt: 0, revisionId: "1", settings: "{}", roleArn: "role" } as const;
  const machine: MachineRecord = { ...tenant, name, definitionHash, ...fixed };
  await engine.world.machines.create(machine);
  return machine;
}

/** As a client does who is not answered. */
async function insist<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 10; tries++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error("no answer in 10 tries");
}

async function workOff(engine: Engine, inbox: Inbox, lane: "flow" | "tasks"): Promise<void> {
  for (const delivery of await inbox.receive(lane, 10)) {
    const verdict = await handle(engine, delivery);
    if (verdict.kind === "done") await inbox.done([delivery.receipt]);
    else await inbox.later(delivery.receipt, verdict.at);
  }
}
