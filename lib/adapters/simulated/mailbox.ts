/**
 * Queues in memory with the manners of SQS: at least once, in any order, visible again when the receiver is
 * too slow, and aside with the dead letters after too many receives.
 */
import type { Delivery, Lane, Message } from "../../engine/ports.ts";
import type { Faults, Strikes } from "./faults.ts";
import type { Journal } from "./journal.ts";
import type { Prng } from "./prng.ts";

type Instant = number;
export type Box = Lane | "dead";

interface Letter {
  readonly number: number;
  readonly lane: Lane;
  readonly body: string;
  box: Box;
  visibleAt: Instant;
  receives: number;
  gone: boolean;
}

export interface LetterReceipt {
  readonly letter: Letter;
  readonly receive: number;
}

export interface Mailbox {
  post(message: Message, visibleAt: Instant): void;
  receive(box: Box, max: number): readonly Delivery[];
  done(receipt: LetterReceipt): void;
  later(receipt: LetterReceipt, at: Instant): void;
  /** Puts all dead letters back into their lanes, as if never received. */
  redrive(): number;
  /** Every message is gone, received or not. */
  purge(): void;
  /** All that is not done becomes visible: nobody who had received anything is alive. */
  reopen(): void;
  /** When the next letter is or becomes visible. */
  next(): Instant | undefined;
  /** Whether something could be received now. */
  isVisible(box: Box): boolean;
  /** Not done, by box. */
  count(box: Box): number;
}

const VISIBILITY = { flow: 180_000, tasks: 930_000, dead: 180_000 } satisfies Record<Box, number>;

export function mailbox(
  journal: Journal,
  chance: Prng,
  faults: () => Faults,
  strikes: Strikes,
  now: () => Instant,
): Mailbox {
  /** Few at a time in a simulation, so looking through all of them is fast enough. */
  let letters: Letter[] = [];
  let posted = 0;

  function add(lane: Lane, body: string, visibleAt: Instant): void {
    posted += 1;
    const letter: Letter = { number: posted, lane, body, box: lane, visibleAt, receives: 0, gone: false };
    letters.push(letter);
    journal.note(() => remove(letter));
  }

  function remove(letter: Letter): void {
    letter.gone = true;
    letters = letters.filter((other) => other !== letter);
  }

  /** The next letter to hand out: the one that has been visible longest, or, where order is lost, any. */
  function pick(box: Box): Letter | undefined {
    const visible = letters.filter((letter) => letter.box === box && letter.visibleAt <= now());
    if (faults().reorder) return visible[chance.below(visible.length)];
    return visible.reduce<Letter | undefined>(
      (first, letter) => (first === undefined || letter.visibleAt < first.visibleAt ? letter : first),
      undefined,
    );
  }

  function visibility(box: Box): number {
    return strikes("shortVisibility") ? chance.below(faults().shortVisibility.longest) : VISIBILITY[box];
  }

  function deliver(letter: Letter): Delivery {
    letter.receives += 1;
    letter.visibleAt = now() + Math.max(1, visibility(letter.box));
    const receipt: LetterReceipt = { letter, receive: letter.receives };
    return { body: letter.body, receives: faults().receivesStuck ? 1 : letter.receives, receipt };
  }

  return {
    post({ lane, body }, visibleAt) {
      const { duplicate, messageDelay } = faults();
      const copies = strikes("duplicate") ? 1 + duplicate.copies : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const delay = chance.chance(messageDelay.rate) ? chance.below(messageDelay.longest) : 0;
        add(lane, body, visibleAt + delay);
      }
    },

    receive(box, max) {
      const deliveries: Delivery[] = [];
      while (deliveries.length < max) {
        const letter = pick(box);
        if (letter === undefined) break;
        if (box !== "dead" && letter.receives >= faults().mostReceives) letter.box = "dead";
        else deliveries.push(deliver(letter));
      }
      return deliveries;
    },

    done({ letter }) {
      if (letter.gone) return;
      remove(letter);
      journal.note(() => {
        letter.gone = false;
        letters.push(letter);
      });
      if (strikes("resurrected")) add(letter.lane, letter.body, now());
    },

    later({ letter, receive }, at) {
      // A receipt that is no longer the latest has no say, as a stale handle on SQS.
      if (!letter.gone && letter.receives === receive) letter.visibleAt = at;
    },

    redrive() {
      const dead = letters.filter(({ box }) => box === "dead");
      for (const letter of dead) Object.assign(letter, { box: letter.lane, receives: 0, visibleAt: now() });
      return dead.length;
    },

    purge() {
      for (const letter of letters) remove(letter);
    },

    reopen() {
      for (const letter of letters) if (letter.receives > 0) letter.visibleAt = Math.min(letter.visibleAt, now());
    },

    next: () => earliest(letters),
    isVisible: (box) => letters.some((letter) => letter.box === box && letter.visibleAt <= now()),
    count: (box) => letters.filter((letter) => letter.box === box).length,
  };
}

function earliest(letters: readonly Letter[]): Instant | undefined {
  let first: Instant | undefined;
  for (const { visibleAt } of letters) if (first === undefined || visibleAt < first) first = visibleAt;
  return first;
}
