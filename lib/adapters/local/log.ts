/**
 * The log on the local store. One process owns the store, so "has anybody written this number?" is answered
 * in memory; segments are dense per branch, and the newest number of the recently used branches is kept, so
 * the usual append looks nothing up.
 */
import type { Appended, BranchPath, ExecutionId, Log, SegmentRecord } from "../../engine/ports.ts";
import type { Agenda } from "./agenda.ts";
import type { Row } from "./laid-over.ts";
import { bodyOf, branchKey, branchOf, END, expiryOf, groupRange, ordered, readOrdered, value } from "./rows.ts";
import type { Store } from "./store.ts";

export interface LocalLog extends Log {
  /** `append` without waiting, for those who write more than the segment in one transaction. */
  appendNow(segment: SegmentRecord): Appended;
}

const appended: Appended = { kind: "appended" };

/** Branches whose newest sequence number is remembered, twice (see `heads`). */
const REMEMBERED = 8192;

/** Segments that one page of `read` holds. */
const PAGE = 256;

export function localLog(store: Store, agenda: Agenda): LocalLog {
  const heads = newestNumbers();

  function at(branch: string, execution: ExecutionId, path: BranchPath, seq: number): SegmentRecord | undefined {
    const found = store.get(branch + ordered(seq));
    return found === undefined ? undefined : segment(execution, path, seq, found);
  }

  function appendNow(next: SegmentRecord): Appended {
    const { execution, branch, seq, body, expires } = next;
    const prefix = branchKey(execution, branch);
    const head = heads.get(prefix);
    if (head === undefined || seq !== head + 1) {
      const winner = at(prefix, execution, branch, seq);
      if (winner !== undefined) return { kind: "taken", winner };
    }
    store.put(prefix + ordered(seq), value(body, expires));
    if (head === undefined || seq > head) heads.set(prefix, seq);
    return appended;
  }

  return {
    appendNow,

    async append(next) {
      const room = store.room();
      if (room !== undefined) await room;
      return appendNow(next);
    },

    async commit(next, messages, consumed) {
      const room = store.room();
      if (room !== undefined) await room;
      const answer = appendNow(next);
      if (answer.kind === "taken") return answer;
      if (consumed !== undefined) agenda.consume(consumed);
      agenda.add(messages);
      return answer;
    },

    async head(execution, branch) {
      const prefix = branchKey(execution, branch);
      const seq = heads.get(prefix);
      const known = seq === undefined ? undefined : at(prefix, execution, branch, seq);
      if (known !== undefined) return known;
      const [newest] = store.range({ from: prefix, to: prefix + END, limit: 1, reverse: true });
      if (newest === undefined) return undefined;
      const found = fromRow(execution, branch, newest);
      heads.set(prefix, found.seq);
      return found;
    },

    async branch(execution, branch, from = 0, limit = Number.POSITIVE_INFINITY) {
      const prefix = branchKey(execution, branch);
      const found: SegmentRecord[] = [];
      while (found.length < limit) {
        const next = at(prefix, execution, branch, from + found.length);
        if (next === undefined) break;
        found.push(next);
      }
      if (found.length > 0 || limit === 0) return found;
      // Nothing there: beyond the head, or the oldest segments have been forgotten.
      const rows = store.range({ from: prefix + ordered(from), to: prefix + END, limit });
      return rows.map((row) => fromRow(execution, branch, row));
    },

    async *read(execution, group) {
      const all = groupRange(execution, group);
      let from = all.from;
      for (;;) {
        const rows = store.range({ from, to: all.to, limit: PAGE });
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows.map((row) => {
          const index = row[0].slice(all.from.length, row[0].lastIndexOf("\t"));
          return fromRow(execution, branchOf(group, index), row);
        });
        if (rows.length < PAGE) return;
        from = `${last[0]}\t`;
      }
    },

    renew: async () => {}, // what is open is not forgotten here (`retention.ts`)
    durable: () => store.durable(),
  };
}

function fromRow(execution: ExecutionId, branch: BranchPath, [key, stored]: Row): SegmentRecord {
  return segment(execution, branch, readOrdered(key.slice(key.lastIndexOf("\t") + 1)), stored);
}

function segment(execution: ExecutionId, branch: BranchPath, seq: number, stored: string): SegmentRecord {
  const expires = expiryOf(stored);
  const body = bodyOf(stored);
  return expires === undefined ? { execution, branch, seq, body } : { execution, branch, seq, body, expires };
}

/** The least recently written half is dropped at once when the newer half is full: bounded, without bookkeeping per use. */
function newestNumbers(): { get(branch: string): number | undefined; set(branch: string, seq: number): void } {
  let newer = new Map<string, number>();
  let older = new Map<string, number>();
  return {
    get: (branch) => newer.get(branch) ?? older.get(branch),
    set(branch, seq) {
      newer.set(branch, seq);
      if (newer.size < REMEMBERED) return;
      older = newer;
      newer = new Map();
    },
  };
}
