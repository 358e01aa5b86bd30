/** Virtual time: it stands still until somebody advances it, and then everything due happens in order. */
type Instant = number;

export interface VirtualTime {
  now(): Instant;
  /** Runs `wake` at that moment; the answer cancels it. */
  at(moment: Instant, wake: () => void): () => void;
  sleep(milliseconds: number): Promise<void>;
  /** The earliest moment at which something is to happen. */
  next(): Instant | undefined;
  /** Goes there, stopping at each event on the way until everything it set off has come to rest. */
  advanceTo(moment: Instant): Promise<void>;
}

interface Event {
  readonly moment: Instant;
  readonly wake: () => void;
}

/** `rest`: see there; by default a turn of the event loop. */
export function virtualTime(start: Instant, rest: Rest = turnOfTheLoop): VirtualTime {
  let now = start;
  /** In order of moment, then of arrival: few at a time, so a sorted array does. */
  const events: Event[] = [];

  function at(moment: Instant, wake: () => void): () => void {
    const event = { moment, wake };
    let place = events.length;
    while (place > 0 && (events[place - 1]?.moment ?? 0) > moment) place -= 1;
    events.splice(place, 0, event);
    return () => {
      const found = events.indexOf(event);
      if (found >= 0) events.splice(found, 1);
    };
  }

  return {
    now: () => now,
    at,
    sleep: (milliseconds) => new Promise((resolve) => at(now + milliseconds, resolve)),
    next: () => events[0]?.moment,
    async advanceTo(moment) {
      await rest();
      for (let first = events[0]; first !== undefined && first.moment <= moment; first = events[0]) {
        events.shift();
        now = Math.max(now, first.moment);
        first.wake();
        await rest();
      }
      now = Math.max(now, moment);
    },
  };
}

/** Settles once everything has come to rest. */
export type Rest = () => Promise<void>;

/** Comes after every promise that can be settled now, and gives streams and threads a chance to say something. */
export const turnOfTheLoop: Rest = () => new Promise((resolve) => setImmediate(resolve));

/** Comes after every promise that can be settled now, at a fraction of a turn's cost. Nothing from outside is heard. */
export const promisesSettled: Rest = () => new Promise((resolve) => process.nextTick(resolve));
