/**
 * Queue, timers and inbox on the local store: both lanes of messages by due time, and the bell that rings
 * when one may be due, so that nobody polls. The agenda holds any delay: there are no timers beside it.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock, Inbox, Lane, Message, Queue, Receipt, Timers } from "../../engine/ports.ts";
import { type LaneAgenda, type LocalReceipt, laneAgenda } from "./lane.ts";
import { ordered, tables } from "./rows.ts";
import type { Store } from "./store.ts";

type Instant = number;

export interface Agenda {
  readonly queue: Queue;
  readonly timers: Timers;
  readonly inbox: Inbox;
  /** `wake` runs, in the writer's turn, when a message may be due that no `receive` has answered. */
  onDue(wake: () => void): () => void;
  /** Enters the messages in the transaction of whoever calls. */
  add(messages: readonly Message[]): void;
  /** Removes the message in the transaction of whoever calls. */
  consume(receipt: Receipt): void;
  close(): void;
}

/** As on the service: six times the function's time-out for the flow, its longest time and a margin for tasks. */
const VISIBILITY = { flow: 3 * 60_000, tasks: 930_000 } satisfies Record<Lane, number>;

/** How long receivers may keep the event loop to themselves: writes reach the disk and timers run in between. */
const LONGEST_TURN_MS = 4;

export function agenda(store: Store, clock: Clock): Agenda {
  const opening = nextOpening(store);
  const lanes = {
    flow: laneAgenda(store, "flow", VISIBILITY.flow, opening),
    tasks: laneAgenda(store, "tasks", VISIBILITY.tasks, opening),
  } satisfies Record<Lane, LaneAgenda>;
  const listeners = new Set<() => void>();
  const bells = {
    flow: laneBell(clock, listeners, lanes.flow),
    tasks: laneBell(clock, listeners, lanes.tasks),
  } satisfies Record<Lane, LaneBell>;
  const breathe = breather();
  let sent = 0;

  function add(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    const now = clock.now();
    for (const message of messages) {
      sent += 1;
      bells[message.lane].dueAt(lanes[message.lane].add(message, opening + ordered(sent), now), now);
    }
  }

  return {
    add,
    consume: (receipt) => {
      const { entry } = ours(receipt);
      lanes[entry.lane].done(entry);
    },
    onDue(wake) {
      listeners.add(wake);
      return () => {
        listeners.delete(wake);
      };
    },
    close() {
      listeners.clear();
      for (const bell of Object.values(bells)) bell.close();
    },

    queue: {
      carriesPayloads: false,
      async send(messages) {
        await store.room();
        add(messages);
      },
    },

    timers: {
      queueHorizon: Number.POSITIVE_INFINITY,
      shards: 1,
      async set(message) {
        await store.room();
        add([message]);
      },
      sweep: async () => 0,
    },

    inbox: {
      async receive(lane, max) {
        const pause = breathe();
        if (pause !== undefined) await pause;
        const deliveries = lanes[lane].receive(max, clock.now());
        if (deliveries.length < max) bells[lane].listen();
        return deliveries;
      },
      async done(receipts) {
        for (const receipt of receipts) {
          const { entry } = ours(receipt);
          lanes[entry.lane].done(entry);
        }
      },
      async later(receipt, at) {
        const held = ours(receipt);
        lanes[held.entry.lane].later(held, at);
        bells[held.entry.lane].dueAt(at, clock.now());
      },
    },
  };
}

/** Counts the openings of the store, so that message ids never repeat. */
function nextOpening(store: Store): string {
  const opening = Number(store.get(tables.opening) ?? "0") + 1;
  store.put(tables.opening, String(opening));
  return `${ordered(opening)}.`;
}

/** Receipts are opaque to the engine and come back as they were given. */
function ours(receipt: Receipt): LocalReceipt {
  return receipt as LocalReceipt;
}

interface LaneBell {
  /** A message is due at that moment. */
  dueAt(due: Instant, now: Instant): void;
  /** A receiver went away with less than it wanted: from now on it wants to hear of the next one. */
  listen(): void;
  close(): void;
}

/** Rings only while somebody is short of messages: a receiver that is full comes back by itself. */
function laneBell(clock: Clock, listeners: ReadonlySet<() => void>, lane: LaneAgenda): LaneBell {
  let listening = true;
  let armedFor = Number.POSITIVE_INFINITY;
  let disarm = () => {};

  function ring(): void {
    listening = false;
    for (const wake of listeners) wake();
  }

  function arm(due: Instant): void {
    if (due >= armedFor) return;
    disarm();
    armedFor = due;
    disarm = clock.at(due, () => {
      armedFor = Number.POSITIVE_INFINITY;
      ring();
    });
  }

  return {
    dueAt(due, now) {
      if (!listening) return;
      if (due <= now) ring();
      else arm(due);
    },
    listen() {
      listening = true;
      arm(lane.next());
    },
    close() {
      disarm();
      armedFor = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Everything local answers within a microtask; without a pause a busy loop would starve timers and sockets. */
function breather(): () => Promise<void> | undefined {
  let turnBegan = performance.now();
  const breath = async (): Promise<void> => {
    await nextTurn();
    turnBegan = performance.now();
  };
  return () => (performance.now() - turnBegan < LONGEST_TURN_MS ? undefined : breath());
}
