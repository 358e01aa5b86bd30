/**
 * Executions and machines in memory, with the past kept beside: a list may show the world as it was a while
 * ago, as the service's indexes do.
 */
import type {
  Ending,
  ExecutionId,
  ExecutionSummary,
  Executions,
  MachineRecord,
  Machines,
  Page,
  Redriving,
  Tenant,
} from "../../engine/ports.ts";
import { type Journal, type Table, table } from "./journal.ts";

type Instant = number;
type Listing = Parameters<Executions["list"]>[0];

interface Version<T> {
  readonly since: Instant;
  /** Absent: removed. */
  readonly value?: T;
}

/** Newest last. */
type Past<T> = readonly Version<T>[];

export interface Registry {
  execution(id: ExecutionId): ExecutionSummary | undefined;
  write(summary: ExecutionSummary): void;
  /** Whether it was at work, in that epoch. */
  finish(id: ExecutionId, ending: Ending): boolean;
  /** Only what has ended in the epoch before. */
  redrive(id: ExecutionId, redriving: Redriving): void;
  listExecutions(query: Listing, asOf: Instant): Page<ExecutionSummary>;
  executions(): readonly ExecutionSummary[];
  createMachine(machine: MachineRecord): Awaited<ReturnType<Machines["create"]>>;
  replaceMachine(machine: MachineRecord, expectedRevision: string): "replaced" | "changed";
  removeMachine(machine: MachineRecord): void;
  machine(tenant: Tenant, name: string): MachineRecord | undefined;
  listMachines(tenant: Tenant, limit: number, after: string | undefined, asOf: Instant): Page<MachineRecord>;
}

export function registry(journal: Journal, now: () => Instant): Registry {
  const summaries: Table<Past<ExecutionSummary>> = table(journal);
  const machines: Table<Past<MachineRecord>> = table(journal);

  const execution = (id: ExecutionId) => summaries.get(id)?.at(-1)?.value;
  const write = (summary: ExecutionSummary) => put(summaries, summary.id, { since: now(), value: summary });
  const machine = (tenant: Tenant, name: string) => machines.get(machineKey(tenant, name))?.at(-1)?.value;
  const writeMachine = (record: MachineRecord) =>
    put(machines, machineKey(record, record.name), { since: now(), value: record });

  return {
    execution,
    write,

    finish(id, ending) {
      const summary = execution(id);
      if (summary?.status !== "RUNNING" || summary.epoch !== ending.epoch) return false;
      write({ ...summary, ...ending });
      return true;
    },

    redrive(id, redriving) {
      const summary = execution(id);
      if (summary === undefined || summary.status === "RUNNING" || summary.epoch !== redriving.epoch - 1) {
        throw new Error(`execution ${id} has not ended in the epoch before ${redriving.epoch}`);
      }
      const { stoppedAt: _, error: _error, cause: _cause, ...kept } = summary;
      write({ ...kept, ...redriving, status: "RUNNING" });
    },

    listExecutions(
      { tenant, machine, mapRun, status, from = 0, until = Number.POSITIVE_INFINITY, limit, after },
      asOf,
    ) {
      const prefix = `${tenant.account}/${tenant.region}/${machine}/`;
      const found = [...summaries.entries()]
        .flatMap(([id, past]) => (id.startsWith(prefix) ? (at(past, asOf) ?? []) : []))
        .filter((summary) => summary.mapRun === mapRun)
        .filter((summary) => status === undefined || summary.status === status)
        .filter(({ startedAt }) => from <= startedAt && startedAt < until);
      return page(found, startOrder, limit, after);
    },

    executions: () => [...summaries.entries()].flatMap(([, past]) => past.at(-1)?.value ?? []),

    createMachine(record) {
      const there = machine(record, record.name);
      if (there !== undefined) return { kind: "exists", machine: there };
      writeMachine(record);
      return { kind: "created" };
    },

    replaceMachine(record, expectedRevision) {
      if (machine(record, record.name)?.revisionId !== expectedRevision) return "changed";
      writeMachine(record);
      return "replaced";
    },

    removeMachine(removed) {
      const there = machine(removed, removed.name);
      if (there?.createdAt === removed.createdAt) put(machines, machineKey(removed, removed.name), { since: now() });
    },

    machine,

    listMachines(tenant, limit, after, asOf) {
      const prefix = machineKey(tenant, "");
      const found = [...machines.entries()].flatMap(([key, past]) =>
        key.startsWith(prefix) ? (at(past, asOf) ?? []) : [],
      );
      return page(found, ({ name }) => name, limit, after);
    },
  };
}

function put<T>(rows: Table<Past<T>>, key: string, version: Version<T>): void {
  rows.set(key, [...(rows.get(key) ?? []), version]);
}

function at<T>(past: Past<T>, moment: Instant): T | undefined {
  return past.findLast(({ since }) => since <= moment)?.value;
}

function machineKey({ account, region }: Tenant, name: string): string {
  return `${account}/${region}/${name}`;
}

/** Newest first, in an order that text has. */
function startOrder({ startedAt, name }: ExecutionSummary): string {
  return `${String(Number.MAX_SAFE_INTEGER - startedAt).padStart(16, "0")} ${name}`;
}

/** A page's token is the place of its last item. */
function page<T>(items: readonly T[], place: (item: T) => string, limit: number, after: string | undefined): Page<T> {
  const placed = items.map((item) => ({ item, place: place(item) }));
  const rest = after === undefined ? placed : placed.filter(({ place }) => place > after);
  rest.sort((a, b) => (a.place < b.place ? -1 : 1));
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const found = shown.map(({ item }) => item);
  return rest.length > limit && last !== undefined ? { items: found, next: last.place } : { items: found };
}
