/** The latest heartbeat of a claim on the local store. */
import type { Heartbeats, SegmentKey } from "../../engine/ports.ts";
import { bodyOf, key, ordered, tables, text, value } from "./rows.ts";
import type { Store } from "./store.ts";

export function localHeartbeats(store: Store): Heartbeats {
  function last(claim: SegmentKey): number | undefined {
    const found = store.get(rowKey(claim));
    return found === undefined ? undefined : Number(bodyOf(found));
  }

  return {
    async beat(claim, at, expires) {
      // A beat that was held up does not take back a newer one.
      if ((last(claim) ?? Number.NEGATIVE_INFINITY) < at) store.put(rowKey(claim), value(String(at), expires));
    },
    last: async (claim) => last(claim),
  };
}

function rowKey({ execution, branch, seq }: SegmentKey): string {
  return key(tables.heartbeat, text(execution), branch, ordered(seq));
}
