/**
 * Map Runs on the local store: a row for each, by the execution that started it and the time of its start; and one
 * that leads from the run to that execution, with which all of it is kept (`retention.ts`).
 */
import type { MapRunEntry, MapRuns } from "../../engine/map-run/ports.ts";
import { bodyOf, key, ordered, readPlace, shortKey, tables, text, under, value, writePlace } from "./rows.ts";
import type { Store } from "./store.ts";

export function localMapRuns(store: Store): MapRuns {
  function put(entry: MapRunEntry): void {
    store.put(rowKey(entry), value(JSON.stringify(entry), entry.expires));
    store.put(key(tables.mapRunParent, text(entry.id)), value(entry.execution, entry.expires));
  }

  return {
    async enter(entry) {
      await store.room();
      if (store.get(rowKey(entry)) === undefined) put(entry);
    },

    async put(entry) {
      await store.room();
      const there = store.get(rowKey(entry));
      if (there === undefined || !saysMore(read(there), entry)) put(entry);
    },

    async list(execution, limit, after) {
      const all = under(tables.mapRun, text(execution));
      const to = after === undefined ? all.to : all.from + readPlace(after);
      const rows = store.range({ from: all.from, to, limit: limit + 1, reverse: true });
      const items = rows.slice(0, limit).map(([, row]) => read(row));
      const last = rows[limit - 1];
      return rows.length > limit && last ? { items, next: writePlace(last[0].slice(all.from.length)) } : { items };
    },
  };
}

/** An entry of a later epoch stays, and so does an end of the same. */
function saysMore(there: MapRunEntry, { epoch = 0, stoppedAt }: MapRunEntry): boolean {
  const epochThere = there.epoch ?? 0;
  return epochThere > epoch || (epochThere === epoch && there.stoppedAt !== undefined && stoppedAt === undefined);
}

/** Written above and nowhere else, so it has the shape. */
function read(row: string): MapRunEntry {
  return JSON.parse(bodyOf(row)) as MapRunEntry;
}

function rowKey({ id, execution, startedAt }: MapRunEntry): string {
  return shortKey(tables.mapRun, [text(execution), ordered(startedAt)], [text(id)]);
}
