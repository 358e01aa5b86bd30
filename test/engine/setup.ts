/** One execution in a simulated world without faults, and time that passes when the test says so. */
import { simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { withOwnService } from "../../lib/api/own-service.ts";
import { handle } from "../../lib/engine/advance.ts";
import { createEngine, type Engine, type EngineOptions } from "../../lib/engine/engine.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import type { Call, CallResult, ExecutionId, MachineRecord, Tasks } from "../../lib/engine/ports.ts";
import type { LogTarget } from "../../lib/engine/segment.ts";
import { startExecution } from "../../lib/engine/start.ts";
import type { Metrics, StatusEvents, Traces } from "../../lib/engine/watch-port.ts";

export const tenant = { account: "123456789012", region: "eu-central-1" };

export interface Setup {
  readonly engine: Engine;
  readonly id: ExecutionId;
  readonly world: ReturnType<typeof simulatedWorld>;
  /** Works off everything that is due within that much virtual time. */
  pass(milliseconds: number): Promise<void>;
  /** Another machine, so that the first can start it. */
  deploy(name: string, states: object): Promise<MachineRecord>;
}

/**
 * An engine for which each look at a head of a log takes that long, and whose functions die with the next look after so
 * many. `begin`: another function.
 */
export function slowEngine({ world, engine }: Setup, milliseconds: number, most: number) {
  let looks = 0;
  const clock = { ...world.clock, now: () => world.clock.now() + looks * milliseconds };
  const head: typeof world.log.head = (...asked) => {
    looks += 1;
    return looks > most ? Promise.reject(new Error("the function has ended")) : world.log.head(...asked);
  };
  const slow = createEngine({ ...engine.world, clock, log: { ...world.log, head } }, engine.options);
  const begin = (): void => {
    looks = 0;
  };
  return { engine: slow, begin };
}

export interface SetupOptions {
  readonly call?: (call: Call) => Promise<CallResult>;
  /** In place of `call`. */
  readonly tasks?: Tasks;
  readonly options?: Partial<EngineOptions>;
  readonly input?: string;
  /** The users' files, by bucket and key. */
  readonly files?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where the execution's log goes. */
  readonly log?: LogTarget;
  readonly statusEvents?: StatusEvents;
  readonly metrics?: Metrics;
  /** The version that it is started by. */
  readonly version?: number;
  readonly traces?: Traces;
  readonly traceHeader?: string;
}

const echo = async ({ arguments: output }: Call): Promise<CallResult> => ({ kind: "succeeded", output });

export async function setup(
  states: object,
  {
    call = echo,
    tasks: own = { call },
    options,
    input = "{}",
    files,
    log,
    version,
    traceHeader,
    ...watching
  }: SetupOptions = {},
): Promise<Setup> {
  const tasks = withOwnService(own, () => engine);
  const world = simulatedWorld({ seed: "one execution", tasks, ...(files && { files }) });
  const engine: Engine = createEngine({ ...world, ...watching }, options);
  const deploy = async (name: string, wanted: object): Promise<MachineRecord> => {
    const definition = JSON.stringify({ StartAt: Object.keys(wanted)[0], States: wanted });
    const definitionHash = await saveDefinition(engine, definition);
    // As the API writes them for a machine that asks for nothing.
    const settings = '{"tags":[],"loggingConfiguration":{}}';
    const fixed = { type: "STANDARD", createdAt: 0, revisionId: "1", settings, roleArn: "role" } as const;
    const machine: MachineRecord = { ...tenant, name, definitionHash, ...fixed };
    await world.machines.create(machine);
    return machine;
  };
  const started = await startExecution(engine, {
    machine: await deploy("machine", states),
    input,
    name: "run",
    ...(log && { log }),
    ...(version !== undefined && { version }),
    ...(traceHeader !== undefined && { traceHeader }),
  });
  return { engine, world, id: started.id, deploy, pass: (milliseconds) => pass(world, engine, milliseconds) };
}

async function pass(world: Setup["world"], engine: Engine, milliseconds: number): Promise<void> {
  const until = world.now() + milliseconds;
  for (;;) {
    for (const lane of ["flow", "tasks"] as const) {
      for (const delivery of await world.inbox.receive(lane, 10)) {
        const verdict = await handle(engine, delivery);
        if (verdict.kind === "done") await world.inbox.done([delivery.receipt]);
        else await world.inbox.later(delivery.receipt, verdict.at);
      }
    }
    const next = world.nextDue();
    if (next === undefined || next > until) break;
    await world.advanceTo(next);
  }
  await world.advanceTo(until);
}
