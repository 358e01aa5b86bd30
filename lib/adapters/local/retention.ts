/**
 * Forgets rows whose time has come: a cursor goes round all of them, a few at each call. It costs no write
 * when a row is written, and nobody relies on when exactly a row goes, just as with DynamoDB's own.
 */
import type { ExecutionId } from "../../engine/ports.ts";
import type { LocalBlobs } from "./blobs.ts";
import type { LocalExecutions } from "./executions.ts";
import type { Row } from "./laid-over.ts";
import { bodyOf, expiryOf, key, tables, text, under } from "./rows.ts";
import type { Store } from "./store.ts";

/** Looks at the next `limit` rows, forgets those whose moment is before `now`, and answers how many went. */
export type Expire = (now: number, limit: number) => Promise<number>;

/** Tables whose rows belong to the execution, or the Map Run, that their keys begin with. */
const owned = [
  tables.segment,
  tables.join,
  tables.joinReport,
  tables.joinGroup,
  tables.heartbeat,
  tables.mapRun,
] as const;

/** Tables whose rows carry a moment, in the order of the sweep: an execution goes when all that is its own has gone. */
const swept = [...owned, tables.offer, tables.mapRunParent, tables.execution] as const;

export function retention(store: Store, executions: LocalExecutions, blobs: LocalBlobs): Expire {
  let table = 0;
  let after = "";

  function nextRows(limit: number): readonly Row[] {
    const letter = swept[table] ?? swept[0];
    const rows = store.range({ from: after === "" ? letter : `${after}\t`, to: `${letter}\u007f`, limit });
    after = rows.at(-1)?.[0] ?? "";
    if (rows.length < limit) {
      table = (table + 1) % swept.length;
      after = "";
    }
    return rows;
  }

  /** Of the execution itself, or of the one that started the Map Run. */
  function summaryOf(owner: string): string | undefined {
    const own = store.get(key(tables.execution, owner));
    if (own !== undefined) return own;
    const parent = store.get(key(tables.mapRunParent, owner));
    return parent === undefined ? undefined : store.get(key(tables.execution, text(bodyOf(parent))));
  }

  /** Whoever starts another execution of that name must not meet the log of this one. */
  function isEmpty(owner: string): boolean {
    return owned.every((table) => store.range({ ...under(table, owner), limit: 1 }).length === 0);
  }

  /** What belongs to an execution goes with it: it may be open for years, and is kept for a while after its end. */
  function isKept(name: string, now: number): boolean {
    const row = summaryOf(ownerOf(name));
    if (row === undefined) return false;
    // A summary is the executions port's own JSON.
    const { status } = JSON.parse(bodyOf(row)) as { status: string };
    return status === "RUNNING" || (expiryOf(row) ?? 0) >= now;
  }

  async function forget([name, value]: Row, now: number): Promise<boolean> {
    if (!name.startsWith(tables.execution)) {
      if (isKept(name, now)) return false;
      store.remove(name);
      return true;
    }
    const id = idOf(bodyOf(value));
    if (!isEmpty(ownerOf(name)) || !executions.forget(id)) return false;
    await blobs.forget(id);
    return true;
  }

  return async (now, limit) => {
    let gone = 0;
    let left = limit;
    // Once round at most: a small store must not be walked again and again.
    for (let tablesLeft = swept.length; left > 0 && tablesLeft > 0; tablesLeft -= 1) {
      const rows = nextRows(left);
      left -= rows.length;
      for (const row of rows) {
        const expires = expiryOf(row[1]);
        if (expires !== undefined && expires < now && (await forget(row, now))) gone += 1;
      }
    }
    return gone;
  };
}

/** As it stands in keys. */
function ownerOf(name: string): string {
  return name.split("\t")[1] ?? "";
}

function idOf(summary: string): ExecutionId {
  // A summary is the executions port's own JSON.
  return (JSON.parse(summary) as { id: ExecutionId }).id;
}
