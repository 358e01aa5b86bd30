/**
 * A world in memory for the tests of the API: every port does what it promises and nothing goes wrong.
 * Time stands still until a test advances it.
 */
import { createHmac, randomBytes } from "node:crypto";
import { simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import type { Instant } from "../../lib/asl/position.ts";
import { handle } from "../../lib/engine/advance.ts";
import { createEngine, type Engine, type EngineOptions } from "../../lib/engine/engine.ts";
import type {
  Appended,
  CallResult,
  Ending,
  ExecutionId,
  ExecutionSummary,
  MachineRecord,
  Message,
  Page,
  SegmentRecord,
  Tenant,
  World,
} from "../../lib/engine/ports.ts";

export interface MemoryWorld {
  readonly engine: Engine;
  readonly executions: Map<ExecutionId, ExecutionSummary>;
  /** Works until nothing is due; then time goes on by that much, and again. */
  run(milliseconds?: number): Promise<void>;
  /** What every Task comes to. */
  taskResult: CallResult;
  readonly calls: string[];
  /** The trace that each call belongs to. */
  readonly traces: (string | undefined)[];
  /** Machine and record of each line of an execution's log. */
  readonly logged: string[];
}

export const start: Instant = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export function memoryWorld(options: Partial<EngineOptions> = {}): MemoryWorld {
  let now = start;
  let queue: Message[] = [];
  const segments = new Map<string, SegmentRecord>();
  const machines = new Map<string, MachineRecord>();
  const executions = new Map<ExecutionId, ExecutionSummary>();
  const blobs = new Map<string, string>();
  const beats = new Map<string, Instant>();
  const sleepers: { at: Instant; wake: () => void }[] = [];
  const self: Pick<MemoryWorld, "taskResult" | "calls" | "logged" | "traces"> = {
    taskResult: { kind: "succeeded", output: "{}" },
    calls: [],
    logged: [],
    traces: [],
  };

  const keyOf = ({ execution, branch, seq }: Omit<SegmentRecord, "body">): string => `${execution} ${branch} ${seq}`;
  const append = (segment: SegmentRecord): Appended => {
    const winner = segments.get(keyOf(segment));
    if (winner) return { kind: "taken", winner };
    segments.set(keyOf(segment), segment);
    return { kind: "appended" };
  };
  const branchOf = (execution: ExecutionId, branch: string): SegmentRecord[] =>
    [...segments.values()].filter((found) => found.execution === execution && found.branch === branch);
  const finish = (id: ExecutionId, ending: Ending): void => {
    const found = executions.get(id);
    if (found?.status === "RUNNING") executions.set(id, { ...found, ...ending });
  };
  const send = (messages: readonly Message[]): void => {
    for (const { delayMilliseconds = 0, ...message } of messages) {
      queue.push({ notBefore: now + delayMilliseconds, ...message });
    }
  };
  const machineKey = (tenant: Tenant, name: string): string => `${tenant.account}/${tenant.region}/${name}`;

  const rest = simulatedWorld({ seed: "the rest" });
  const world: World = {
    log: {
      append: async (segment) => append(segment),
      commit: async (segment, messages) => {
        const answer = append(segment);
        if (answer.kind === "appended") send(messages);
        return answer;
      },
      head: async (execution, branch) => branchOf(execution, branch).at(-1),
      read: async function* (execution) {
        yield [...segments.values()].filter((found) => found.execution === execution);
      },
      branch: async (execution, branch, from = 0, limit = Number.POSITIVE_INFINITY) =>
        branchOf(execution, branch)
          .filter(({ seq }) => seq >= from)
          .slice(0, limit),
      renew: async () => {},
      durable: async () => {},
    },
    queue: {
      carriesPayloads: true,
      send: async (messages) => send(messages),
    },
    timers: {
      queueHorizon: Number.POSITIVE_INFINITY,
      shards: 1,
      set: async (message) => send([message]),
      sweep: async () => 0,
    },
    blobs: {
      put: async (name, body) => {
        blobs.set(name, body);
      },
      get: async (name) => blobs.get(name),
    },
    machines: {
      create: async (machine) => {
        const found = machines.get(machineKey(machine, machine.name));
        if (found) return { kind: "exists", machine: found };
        machines.set(machineKey(machine, machine.name), machine);
        return { kind: "created" };
      },
      replace: async (machine, expected) => {
        const key = machineKey(machine, machine.name);
        if (machines.get(key)?.revisionId !== expected) return "changed";
        machines.set(key, machine);
        return "replaced";
      },
      remove: async (machine) => {
        const key = machineKey(machine, machine.name);
        if (machines.get(key)?.createdAt === machine.createdAt) machines.delete(key);
      },
      find: async (tenant, name) => machines.get(machineKey(tenant, name)),
      list: async (tenant, limit, after = "") =>
        page(
          [...machines.values()]
            .filter(({ account, region }) => account === tenant.account && region === tenant.region)
            .sort((left, right) => (left.name < right.name ? -1 : 1)),
          limit,
          after,
        ),
    },
    executions: {
      start: async (summary, first) => {
        const found = executions.get(summary.id);
        if (found) return { kind: "exists", summary: found };
        executions.set(summary.id, summary);
        append(first);
        return { kind: "started" };
      },
      finish: async (id, ending) => finish(id, ending),
      stop: async (id, ending, segment) => {
        const answer = append(segment);
        if (answer.kind === "appended") finish(id, ending);
        return answer;
      },
      renew: async () => {},
      redrive: async (id, redriving, segment) => {
        const answer = append(segment);
        const found = executions.get(id);
        if (answer.kind === "taken" || !found) return answer;
        const { stoppedAt: _, error: _error, cause: _cause, ...kept } = found;
        executions.set(id, { ...kept, ...redriving, status: "RUNNING" });
        return answer;
      },
      find: async (id) => executions.get(id),
      list: async ({ tenant, machine, status, from = 0, until = Number.POSITIVE_INFINITY, limit, after = "" }) =>
        page(
          [...executions.values()]
            .filter(({ id }) => id.startsWith(`${machineKey(tenant, machine)}/`))
            .filter((found) => status === undefined || found.status === status)
            .filter(({ startedAt }) => from <= startedAt && startedAt < until)
            .sort((a, b) => b.startedAt - a.startedAt || (a.name < b.name ? 1 : -1)),
          limit,
          after,
        ),
    },
    joins: rest.joins,
    heartbeats: {
      beat: async (claim, at) => {
        beats.set(JSON.stringify(claim), at);
      },
      last: async (claim) => beats.get(JSON.stringify(claim)),
    },
    activities: rest.activities,
    mapRuns: rest.mapRuns,
    objects: rest.objects,
    tasks: {
      call: async (call) => {
        self.calls.push(call.arguments);
        self.traces.push(call.traceHeader);
        return self.taskResult;
      },
    },
    logs: {
      write: async ({ machine }, lines) => {
        self.logged.push(...lines.map(({ text }) => `${machine} ${text}`));
      },
    },
    clock: {
      now: () => now,
      at: (at, wake) => {
        const sleeper = { at, wake };
        sleepers.push(sleeper);
        return () => {
          const found = sleepers.indexOf(sleeper);
          if (found >= 0) sleepers.splice(found, 1);
        };
      },
    },
    chance: { hex: (bytes) => randomBytes(bytes).toString("hex") },
    keys: { sign: (text) => createHmac("sha256", "secret").update(text).digest("base64url") },
    leasesVoidBefore: 0,
  };
  const engine = createEngine(world, options);

  const runDue = async (): Promise<void> => {
    for (;;) {
      const due = queue.filter(({ notBefore = 0 }) => notBefore <= now);
      if (due.length === 0) return;
      queue = queue.filter((message) => !due.includes(message));
      for (const message of due) {
        const verdict = await handle(engine, { body: message.body, receives: 1, receipt: message });
        if (verdict.kind === "later") queue.push({ ...message, notBefore: verdict.at });
      }
    }
  };

  return Object.assign(self, {
    engine,
    executions,
    run: async (milliseconds = 0) => {
      await runDue();
      now += milliseconds;
      for (const sleeper of sleepers.filter(({ at }) => at <= now)) {
        sleepers.splice(sleepers.indexOf(sleeper), 1);
        sleeper.wake();
      }
      await runDue();
    },
  });
}

function page<T>(all: readonly T[], limit: number, after: string): Page<T> {
  const from = Number(after);
  const items = all.slice(from, from + limit);
  return from + limit < all.length ? { items, next: String(from + limit) } : { items };
}
