/** The system's clock. Timers are set in stages: the runtime's know nothing of a clock that is put forward meanwhile. */
import type { Clock } from "../../engine/ports.ts";

/**
 * The runtime's timers count the time that the machine is awake. When a laptop has slept, what came due meanwhile is
 * that late at most; and nobody feels a look at the clock twice a minute.
 */
const LONGEST_DELAY = 30_000;

export const systemClock: Clock = {
  now: () => Date.now(),

  at(moment, wake) {
    let timer: NodeJS.Timeout;
    const set = () => {
      const left = moment - Date.now();
      timer = left > LONGEST_DELAY ? setTimeout(set, LONGEST_DELAY) : setTimeout(wakeUp, Math.max(0, left));
    };
    // setTimeout may fire a little early by this clock; nothing here wakes before its moment.
    const wakeUp = () => (Date.now() < moment ? set() : wake());
    set();
    return () => clearTimeout(timer);
  },
};
