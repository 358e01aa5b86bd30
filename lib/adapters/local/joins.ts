/**
 * Joins on the local store: a group is one row with its indexes in order of report, and one row for each
 * branch's body, so that the row that is rewritten at every report stays small. Groups in use are kept as they
 * were read: only this file writes their rows.
 */
import type { JoinKey, JoinState, Joins, Reported } from "../../engine/ports.ts";
import { bodyOf, expiryOf, joinParts, key, ordered, tables, value } from "./rows.ts";
import type { Store } from "./store.ts";

/** A group's row, taken apart. */
interface Kept {
  readonly finished: number[];
  closed: boolean;
  /** The indexes as they stand in the row. */
  text: string;
  expires: number | undefined;
}

/** Groups that are kept; beyond it all are forgotten, and read again as they are needed. */
const mostKept = 1_024;

export function localJoins(store: Store): Joins {
  const kept = new Map<string, Kept>();

  function find(name: string): Kept {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const read = decode(store.get(name));
    if (kept.size >= mostKept) kept.clear();
    kept.set(name, read);
    return read;
  }

  function write(name: string, state: Kept, expires: number | undefined): void {
    state.expires = expires ?? state.expires;
    store.put(name, value(`${state.closed ? "closed" : "open"}${state.text}`, state.expires));
  }

  return {
    async stage(group, body, expires) {
      await store.room();
      store.put(key(tables.joinGroup, ...joinParts(group)), value(body, expires));
    },

    async staged(group) {
      const found = store.get(key(tables.joinGroup, ...joinParts(group)));
      return found === undefined ? undefined : bodyOf(found);
    },

    renew: async () => {},

    async report(join, index, body, expires) {
      await store.room();
      const name = stateKey(join);
      const state = find(name);
      if (state.finished.includes(index)) return reported(state, true);
      if (body !== undefined) store.put(bodyKey(join, index), value(body, expires));
      state.finished.push(index);
      state.text += ` ${index}`;
      write(name, state, expires);
      return reported(state, false);
    },

    async close(join, expires) {
      const name = stateKey(join);
      const state = find(name);
      if (!state.closed) {
        state.closed = true;
        write(name, state, expires);
      }
      return standing(state);
    },

    async reports(join) {
      const bodies = new Map<number, string>();
      for (const index of find(stateKey(join)).finished) {
        const found = store.get(bodyKey(join, index));
        if (found !== undefined) bodies.set(index, bodyOf(found));
      }
      return bodies;
    },
  };
}

function stateKey(join: JoinKey): string {
  return key(tables.join, ...joinParts(join));
}

function bodyKey(join: JoinKey, index: number): string {
  return key(tables.joinReport, ...joinParts(join), ordered(index));
}

/** `closed 3 0 1` or `open 3 0 1`: written at every report, so it is no JSON. */
function decode(row: string | undefined): Kept {
  if (row === undefined) return { finished: [], closed: false, text: "", expires: undefined };
  const [state = "", ...finished] = bodyOf(row).split(" ");
  const text = bodyOf(row).slice(state.length);
  return { finished: finished.map(Number), closed: state === "closed", text, expires: expiryOf(row) };
}

/** As it is now: whoever reports next does not change what was answered. */
function standing({ finished, closed }: Kept): JoinState {
  return { finished: finished.slice(), closed };
}

function reported({ finished, closed }: Kept, repeated: boolean): Reported {
  return { finished: finished.slice(), closed, repeated };
}
