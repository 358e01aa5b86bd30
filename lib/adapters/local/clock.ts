/** The system's clock. Timers longer than the runtime can set are set in stages. */
import type { Clock } from "../../engine/ports.ts";

/** The longest delay of setTimeout, which takes anything longer for one millisecond. */
const LONGEST_DELAY = 2 ** 31 - 1;

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
