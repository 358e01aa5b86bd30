/**
 * One lane of the agenda: messages by the moment they are due. The store holds every message until it is
 * done; memory holds a window of the earliest ones, so a million long waits cost no memory, and whatever has
 * been received and not finished. What a delivery adds (its time-out, a later moment) is memory only: after a
 * restart every unfinished message is due at once, which is right, because nobody is working on it any more.
 */
import type { Delivery, Lane, Message } from "../../engine/ports.ts";
import { type Heap, heap } from "./heap.ts";
import { key, ordered, readOrdered, tables, under } from "./rows.ts";
import type { Store } from "./store.ts";

type Instant = number;

/** A message in memory. */
interface Entry {
  readonly lane: Lane;
  readonly key: string;
  readonly body: string;
  /** When it is visible, or (received) when it will be again. */
  at: Instant;
  receives: number;
  state: "waiting" | "received" | "gone";
}

/** What a receiver holds: this delivery of that message. */
export interface LocalReceipt {
  readonly entry: Entry;
  readonly receive: number;
}

export interface LaneAgenda {
  /** Answers the moment the message is due. */
  add(message: Message, id: string, now: Instant): Instant;
  receive(max: number, now: Instant): readonly Delivery[];
  done(entry: Entry): void;
  later(receipt: LocalReceipt, at: Instant): void;
  /** When the next message may be due; Infinity: no message waits. */
  next(): Instant;
}

/** The window holds at most this many messages; when it overflows, the earlier half stays. */
const WINDOW = 8192;

const letters = { flow: "f", tasks: "t" } satisfies Record<Lane, string>;

const keyOrder = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.key < b.key);

/** `before`: the opening's id; messages whose id is smaller may have been received by an earlier process. */
export function laneAgenda(store: Store, lane: Lane, visibility: number, opening: string): LaneAgenda {
  const { from, to } = under(tables.message, letters[lane]);
  const window: Heap<Entry> = heap(keyOrder);
  /** Received before and visible again at a moment of their own. */
  const held: Heap<Entry> = heap(keyOrder);
  /** Received and not done, in order of receipt. */
  const out = new Map<string, Entry>();
  /** Messages after this key are in the store only. Undefined: none is. */
  let beyond: string | undefined = from;
  /** No received message times out before. */
  let firstTimeOut = Number.POSITIVE_INFINITY;

  function shrink(): void {
    const waiting = window.drain().filter(({ state }) => state === "waiting");
    waiting.sort((a, b) => (a.key < b.key ? -1 : 1));
    const kept = waiting.slice(0, WINDOW / 2);
    for (const entry of kept) window.push(entry);
    if (kept.length < waiting.length) beyond = kept.at(-1)?.key;
  }

  function refill(): void {
    while (beyond !== undefined && top(window) === undefined) {
      const rows = store.range({ from: `${beyond}\t`, to, limit: WINDOW / 2 });
      beyond = rows.length < WINDOW / 2 ? undefined : rows.at(-1)?.[0];
      for (const [key, body] of rows) if (!out.has(key)) window.push(fromStore(key, body));
    }
  }

  function fromStore(key: string, body: string): Entry {
    const [, , due = "", id = ""] = key.split("\t");
    // An earlier process may have received it: the truth is "at least once", so this will be its second time.
    const receives = id < opening ? 1 : 0;
    return { lane, key, body, at: readOrdered(due), receives, state: "waiting" };
  }

  function timeOut(now: Instant): void {
    if (now < firstTimeOut) return;
    firstTimeOut = Number.POSITIVE_INFINITY;
    for (const entry of out.values()) {
      if (entry.state !== "received") continue;
      // One visibility for the whole lane: the order of receipt is the order of time-outs.
      if (entry.at > now) {
        firstTimeOut = entry.at;
        return;
      }
      entry.state = "waiting";
      held.push(entry);
    }
  }

  function due(now: Instant): Entry | undefined {
    const again = top(held);
    if (again !== undefined && again.at <= now) return held.pop();
    if (window.size === 0) refill();
    const first = top(window);
    return first !== undefined && first.at <= now ? window.pop() : undefined;
  }

  return {
    add(message, id, now) {
      const { delayMilliseconds = 0, notBefore = now + delayMilliseconds } = message;
      // A moment may be a fraction of a millisecond; never early.
      const at = Math.max(0, Math.ceil(notBefore));
      const name = key(tables.message, letters[lane], ordered(at), id);
      store.put(name, message.body);
      if (beyond !== undefined && name > beyond) return at;
      window.push({ lane, key: name, body: message.body, at, receives: 0, state: "waiting" });
      if (window.size > WINDOW) shrink();
      return at;
    },

    receive(max, now) {
      timeOut(now);
      const deliveries: Delivery[] = [];
      while (deliveries.length < max) {
        const entry = due(now);
        if (entry === undefined) break;
        entry.state = "received";
        entry.receives += 1;
        entry.at = now + visibility;
        if (entry.at < firstTimeOut) firstTimeOut = entry.at;
        out.delete(entry.key);
        out.set(entry.key, entry);
        const receipt: LocalReceipt = { entry, receive: entry.receives };
        deliveries.push({ body: entry.body, receives: entry.receives, receipt });
      }
      return deliveries;
    },

    done(entry) {
      if (entry.state === "gone") return;
      entry.state = "gone";
      out.delete(entry.key);
      store.withdraw(entry.key);
    },

    later({ entry, receive }, at) {
      // A receiver that was too slow says nothing about the message's next delivery.
      if (entry.state !== "received" || entry.receives !== receive) return;
      entry.state = "waiting";
      entry.at = at;
      held.push(entry);
    },

    next() {
      refill();
      const first = Math.min(top(held)?.at ?? Number.POSITIVE_INFINITY, top(window)?.at ?? Number.POSITIVE_INFINITY);
      return Math.min(first, firstTimeOut);
    },
  };
}

/** The first that still waits; those done meanwhile are dropped on the way. */
function top(entries: Heap<Entry>): Entry | undefined {
  let first = entries.peek();
  while (first !== undefined && first.state !== "waiting") {
    entries.pop();
    first = entries.peek();
  }
  return first;
}
