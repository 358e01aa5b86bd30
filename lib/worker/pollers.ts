/**
 * Polls the queues and hands to the engine what comes: as many messages at once as there is room for, each for
 * itself, so that none waits for a slow one or fails with a bad one. A rejection is an outage: the message comes
 * back, later each time.
 */
import type { Delivery, Inbox, Verdict } from "../engine/ports.ts";

/** One queue, and what is done with its messages. */
export interface Source {
  readonly name: string;
  readonly receive: (max: number) => Promise<readonly Delivery[]>;
  readonly inbox: Pick<Inbox, "done" | "later">;
  readonly handle: (delivery: Delivery) => Promise<Verdict>;
  /** Most messages at work at once. */
  readonly atOnce: number;
  /** Polls under way at once; one brings ten messages at most. */
  readonly polls: number;
}

export interface PollersOptions {
  readonly now: () => number;
  /** Told of each message that could not be worked on, and of each poll that failed. */
  readonly onError: (error: unknown, source: string, delivery?: Delivery) => void;
}

export interface Pollers {
  /** When a poll was last answered. */
  readonly answeredAt: () => number;
  readonly atWork: () => number;
  readonly handled: () => number;
  /** Takes no more messages; what a poll still brings goes back at once. Resolves when those at work are finished. */
  stop(): Promise<void>;
}

/** SQS's most for one poll. */
const mostPerPoll = 10;
const firstPause = 1_000;
const longestPause = 60_000;
/** A queue that does not answer is asked again soon: the process has nothing else to do. */
const longestPollPause = 10_000;

export function startPollers(sources: readonly Source[], options: PollersOptions): Pollers {
  const stopping = new AbortController();
  const tally = { answeredAt: options.now(), atWork: 0, handled: 0 };
  const running = sources.flatMap((source) => {
    const room = roomOf(source.atOnce);
    return Array.from({ length: source.polls }, () => poll(source, room));
  });

  async function poll(source: Source, room: Room): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      const reserved = await room.take(mostPerPoll, stopping.signal);
      if (reserved === 0) return;
      try {
        const deliveries = await source.receive(reserved);
        failures = 0;
        tally.answeredAt = options.now();
        room.give(reserved - deliveries.length);
        for (const delivery of deliveries) begin(source, room, delivery);
      } catch (error) {
        room.give(reserved);
        options.onError(error, source.name);
        failures += 1;
        await pause(Math.min(longestPollPause, firstPause * 2 ** failures), stopping.signal);
      }
    }
  }

  function begin(source: Source, room: Room, delivery: Delivery): void {
    tally.atWork += 1;
    const work = stopping.signal.aborted ? putBack(source, delivery) : workOn(source, room, delivery);
    void work.finally(() => {
      tally.atWork -= 1;
      if (tally.atWork === 0) idle?.();
    });
  }

  /** Never rejects: one message that throws must not take others along. */
  async function workOn(source: Source, room: Room, delivery: Delivery): Promise<void> {
    const verdict = await source.handle(delivery).catch((error: unknown): Verdict => {
      options.onError(error, source.name, delivery);
      const delay = Math.min(longestPause, firstPause * 2 ** Math.min(delivery.receives - 1, 10));
      return { kind: "later", at: options.now() + delay * (0.5 + Math.random()) };
    });
    tally.handled += 1;
    room.give(1);
    await settle(source, delivery, verdict);
  }

  function putBack(source: Source, delivery: Delivery): Promise<void> {
    return settle(source, delivery, { kind: "later", at: options.now() });
  }

  /** What the queue does not hear now it finds out itself: the message is visible again when its time-out is over. */
  async function settle({ inbox, name }: Source, delivery: Delivery, verdict: Verdict): Promise<void> {
    const told = verdict.kind === "done" ? inbox.done([delivery.receipt]) : inbox.later(delivery.receipt, verdict.at);
    await told.catch((error: unknown) => options.onError(error, name, delivery));
  }

  let idle: (() => void) | undefined;
  return {
    answeredAt: () => tally.answeredAt,
    atWork: () => tally.atWork,
    handled: () => tally.handled,
    async stop() {
      stopping.abort();
      await Promise.all(running);
      if (tally.atWork === 0) return;
      await new Promise<void>((resolve) => {
        idle = resolve;
      });
    },
  };
}

/** Places for messages at work. */
interface Room {
  /** Waits for at least one place and takes up to `most`; 0 when there is no need any more. */
  take(most: number, over: AbortSignal): Promise<number>;
  give(places: number): void;
}

function roomOf(places: number): Room {
  let free = places;
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const each of waiting.splice(0)) each();
  };
  return {
    async take(most, over) {
      if (!over.aborted) over.addEventListener("abort", wake, { once: true });
      while (free <= 0 && !over.aborted) await new Promise<void>((resolve) => waiting.push(resolve));
      over.removeEventListener("abort", wake);
      if (over.aborted) return 0;
      const taken = Math.min(most, free);
      free -= taken;
      return taken;
    },
    give(number) {
      free += number;
      if (number > 0) wake();
    },
  };
}

function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      over.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    over.addEventListener("abort", end);
  });
}
