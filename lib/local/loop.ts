/**
 * The engine's loop in one process: takes what is due from the inbox, hands it to the engine, and forgets
 * or postpones it as the engine says. A rejection is an outage: the message comes back, later each time.
 */
import { handle } from "../engine/advance.ts";
import type { Engine } from "../engine/engine.ts";
import type { Delivery, Inbox, Lane } from "../engine/ports.ts";

export interface LoopOptions {
  /** Most messages at work at once, by lane. Tasks wait for others, so there may be many. */
  readonly atOnce: Readonly<Record<Lane, number>>;
  /** Told of each message that the engine could not work on. */
  readonly onError: (error: unknown, delivery: Delivery) => void;
}

export interface Loop {
  /** Takes no more messages; resolves when those at work are finished. */
  stop(): Promise<void>;
}

/** Where messages come from, and who says when some may be due. */
export interface Source {
  readonly inbox: Inbox;
  onDue(wake: () => void): () => void;
}

const firstDelay = 1_000;
const longestDelay = 60_000;

export function runLoop(engine: Engine, { inbox, onDue }: Source, options: LoopOptions): Loop {
  const atWork: Record<Lane, number> = { flow: 0, tasks: 0 };
  let stopping = false;
  let idle: (() => void) | undefined;
  const receiving: Record<Lane, boolean> = { flow: false, tasks: false };
  const askedAgain: Record<Lane, boolean> = { flow: false, tasks: false };

  const work = async (lane: Lane, delivery: Delivery): Promise<void> => {
    try {
      const verdict = await handle(engine, delivery);
      if (verdict.kind === "done") await inbox.done([delivery.receipt]);
      else await inbox.later(delivery.receipt, verdict.at);
    } catch (error) {
      options.onError(error, delivery);
      const delay = Math.min(longestDelay, firstDelay * 2 ** Math.min(delivery.receives, 10));
      await inbox.later(delivery.receipt, engine.world.clock.now() + delay);
    } finally {
      atWork[lane]--;
      if (stopping && atWork.flow + atWork.tasks === 0) idle?.();
      else wake(lane);
    }
  };

  /** Fills the lane up with what is due. One at a time: two would ask for the same room. */
  const take = async (lane: Lane): Promise<void> => {
    askedAgain[lane] = true; // what becomes due during a receive may come too late for it
    if (receiving[lane]) return;
    receiving[lane] = true;
    try {
      while (askedAgain[lane]) {
        askedAgain[lane] = false;
        await fill(lane);
      }
    } finally {
      receiving[lane] = false;
    }
  };
  const fill = async (lane: Lane): Promise<void> => {
    for (let room = roomIn(lane); room > 0; room = roomIn(lane)) {
      const deliveries = await inbox.receive(lane, room);
      if (deliveries.length === 0) return;
      atWork[lane] += deliveries.length;
      for (const delivery of deliveries) void work(lane, delivery);
    }
  };
  const roomIn = (lane: Lane): number => (stopping ? 0 : options.atOnce[lane] - atWork[lane]);
  /** Once the turn is over: whoever has just written remembers it by then, and one look does for all that was sent in it. */
  const woken: Record<Lane, boolean> = { flow: false, tasks: false };
  const wake = (lane: Lane): void => {
    if (woken[lane]) return;
    woken[lane] = true;
    process.nextTick(() => {
      woken[lane] = false;
      void take(lane);
    });
  };
  const wakeBoth = (): void => {
    wake("flow");
    wake("tasks");
  };

  const forget = onDue(wakeBoth);
  wakeBoth();
  return {
    stop: async () => {
      stopping = true;
      forget();
      if (atWork.flow + atWork.tasks === 0) return;
      await new Promise<void>((resolve) => {
        idle = resolve;
      });
    },
  };
}
