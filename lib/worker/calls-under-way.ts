/** The calls that a worker is making, so that they can be given up when it is told to stop. */
import type { Tasks } from "../engine/ports.ts";

export interface CallsUnderWay {
  /** The same calls, each of which `giveUp` can end. */
  readonly tasks: Tasks;
  /** Nobody knows then whether they were made, which the engine writes down as a lost attempt. Answers how many there were. */
  giveUp(): number;
}

export function callsUnderWay(tasks: Tasks): CallsUnderWay {
  const running = new Set<(reason: Error) => void>();
  const call: Tasks["call"] = (asked) =>
    new Promise((resolve, reject) => {
      running.add(reject);
      tasks
        .call(asked)
        .finally(() => running.delete(reject))
        .then(resolve, reject);
    });
  return {
    // Asking for a job and stopping it may be done again, so nobody has to give that up.
    tasks: { ...tasks, call },
    giveUp() {
      for (const reject of running) reject(new Error("the worker was stopped before the call was answered"));
      return running.size;
    },
  };
}
