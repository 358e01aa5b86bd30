/**
 * Executions on the local store: one row each, and one index row by status and start time. A list without a
 * status merges the five statuses, so a finished execution costs one index row, not two.
 */
import type { Instant } from "../../asl/position.ts";
import type {
  Ending,
  ExecutionId,
  ExecutionStatus,
  ExecutionSummary,
  Executions,
  MapRunId,
  Tenant,
} from "../../engine/ports.ts";
import type { LocalLog } from "./log.ts";
import { bodyOf, key, ordered, readPlace, tables, text, under, value, writePlace } from "./rows.ts";
import type { Store } from "./store.ts";

export interface LocalExecutions extends Executions {
  /** How many are running. */
  readonly open: number;
  /** Forgets an ended one; a running one stays, whatever its date. Answers whether it went. */
  forget(id: ExecutionId): boolean;
}

const statuses = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const satisfies ExecutionStatus[];

export function localExecutions(store: Store, log: LocalLog): LocalExecutions {
  const everywhere = under(tables.executionByStart, "RUNNING");
  let open = store.count(everywhere.from, everywhere.to);

  function find(id: ExecutionId): ExecutionSummary | undefined {
    const found = store.get(rowKey(id));
    // Written below and nowhere else, so it has the shape.
    return found === undefined ? undefined : (JSON.parse(bodyOf(found)) as ExecutionSummary);
  }

  function write(summary: ExecutionSummary): void {
    store.put(rowKey(summary.id), value(JSON.stringify(summary), summary.expires));
    store.put(indexKey(summary), summary.id);
    if (summary.status === "RUNNING") open += 1;
  }

  function removeFromIndex(summary: ExecutionSummary): void {
    store.remove(indexKey(summary));
    if (summary.status === "RUNNING") open -= 1;
  }

  function finishNow(id: ExecutionId, ending: Ending): void {
    const summary = find(id);
    if (summary?.status !== "RUNNING" || summary.epoch !== ending.epoch) return;
    removeFromIndex(summary);
    write({ ...summary, ...ending });
  }

  return {
    get open() {
      return open;
    },

    async start(summary, first) {
      await store.room();
      const there = find(summary.id);
      if (there !== undefined) return { kind: "exists", summary: there };
      if (log.appendNow(first).kind === "taken")
        throw new Error(`execution ${summary.id} has a first segment but no summary`);
      write(summary);
      return { kind: "started" };
    },

    async finish(id, ending) {
      await store.room();
      finishNow(id, ending);
    },

    async stop(id, ending, segment) {
      await store.room();
      const answer = log.appendNow(segment);
      if (answer.kind === "appended") finishNow(id, ending);
      return answer;
    },

    async redrive(id, redriving, segment) {
      await store.room();
      const summary = find(id);
      if (summary === undefined || summary.status === "RUNNING" || summary.epoch !== redriving.epoch - 1) {
        // Another redrive was faster, perhaps.
        const [winner] = await log.branch(id, "", segment.seq, 1);
        if (winner !== undefined) return { kind: "taken", winner };
        throw new Error(`execution ${id} has not ended in the epoch before ${redriving.epoch}`);
      }
      const answer = log.appendNow(segment);
      if (answer.kind === "taken") return answer;
      removeFromIndex(summary);
      const { stoppedAt: _, error: _error, cause: _cause, ...kept } = summary;
      write({ ...kept, ...redriving, status: "RUNNING" });
      return answer;
    },

    renew: async () => {},
    find: async (id) => find(id),

    async list({ tenant, machine, mapRun, status, limit, after, ...started }) {
      const before = after === undefined ? undefined : readPlace(after);
      const wanted = status === undefined ? statuses : [status];
      const rows = wanted.flatMap((one) =>
        newest(store, indexParts(one, tenant, mapRun ? listOf(mapRun) : machine), {
          ...started,
          before,
          limit: limit + 1,
        }),
      );
      rows.sort((a, b) => (a.position > b.position ? -1 : 1));
      const items = rows.slice(0, limit).flatMap(({ id }) => find(id) ?? []);
      const last = rows[limit - 1];
      return rows.length > limit && last !== undefined ? { items, next: writePlace(last.position) } : { items };
    },

    forget(id) {
      const summary = find(id);
      if (summary === undefined || summary.status === "RUNNING") return false;
      store.remove(rowKey(id));
      removeFromIndex(summary);
      return true;
    },
  };
}

/** Where an execution stands in its machine's lists: by start time, then by name. */
interface Listed {
  readonly position: string;
  readonly id: ExecutionId;
}

interface Stretch {
  readonly from?: Instant;
  readonly until?: Instant;
  /** A position, for a page behind another. */
  readonly before: string | undefined;
  readonly limit: number;
}

function newest(store: Store, parts: readonly string[], stretch: Stretch): readonly Listed[] {
  const all = under(tables.executionByStart, ...parts);
  const { from, until, limit, before = until === undefined ? undefined : ordered(until) } = stretch;
  const to = before === undefined ? all.to : all.from + before;
  const since = from === undefined ? all.from : all.from + ordered(from);
  const rows = since < to ? store.range({ from: since, to, limit, reverse: true }) : [];
  return rows.map(([name, id]) => ({ position: name.slice(all.from.length), id: id as ExecutionId }));
}

function rowKey(id: ExecutionId): string {
  return key(tables.execution, text(id));
}

function indexParts(status: ExecutionStatus, { account, region }: Tenant, machine: string): readonly string[] {
  return [status, text(account), text(region), text(machine)];
}

/** A Map Run has a list of its own: its name within the tenant. */
function listOf(mapRun: MapRunId): string {
  return mapRun.split("/").slice(2).join("/");
}

function indexKey({ id, status, machine, name, startedAt, mapRun }: ExecutionSummary): string {
  const [account = "", region = ""] = id.split("/");
  const parts = indexParts(status, { account, region }, mapRun ? listOf(mapRun) : machine);
  return key(tables.executionByStart, ...parts, ordered(startedAt), text(name));
}
