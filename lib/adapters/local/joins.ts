/**
 * Joins on the local store: a group is one row with its indexes in order of report, and one row for each
 * branch's body, so that the row that is rewritten at every report stays small.
 */
import type { JoinKey, JoinState, Joins } from "../../engine/ports.ts";
import { bodyOf, expiryOf, joinParts, key, ordered, tables, value } from "./rows.ts";
import type { Store } from "./store.ts";

const nobody: JoinState = { finished: [], closed: false };

export function localJoins(store: Store): Joins {
  function read(join: JoinKey): JoinState {
    const found = store.get(stateKey(join));
    return found === undefined ? nobody : decode(bodyOf(found));
  }

  function write(join: JoinKey, state: JoinState, expires: number | undefined): JoinState {
    const name = stateKey(join);
    const before = store.get(name);
    store.put(name, value(encode(state), expires ?? (before === undefined ? undefined : expiryOf(before))));
    return state;
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

    async report(join, index, body, expires) {
      await store.room();
      const state = read(join);
      if (state.finished.includes(index)) return state;
      if (body !== undefined) store.put(bodyKey(join, index), value(body, expires));
      return write(join, { ...state, finished: [...state.finished, index] }, expires);
    },

    async close(join, expires) {
      const state = read(join);
      return state.closed ? state : write(join, { ...state, closed: true }, expires);
    },

    async reports(join) {
      const bodies = new Map<number, string>();
      for (const index of read(join).finished) {
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

/** `closed 3 0 1` or `open 3 0 1`: read at every report, so it is no JSON. */
function encode({ finished, closed }: JoinState): string {
  return [closed ? "closed" : "open", ...finished].join(" ");
}

function decode(body: string): JoinState {
  const [state, ...finished] = body.split(" ");
  return { finished: finished.map(Number), closed: state === "closed" };
}
