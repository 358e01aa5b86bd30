/**
 * Calls of an API that are made again while it does not answer, for who has no second chance: a stack whose resource
 * fails is rolled back as a whole. Only for operations that may be repeated.
 */
import type { CallApi } from "./machine-resource.ts";
import { mayPass } from "./signed-call.ts";

export interface Patience {
  /** No call is begun after this many milliseconds. */
  left(): number;
  wait(milliseconds: number): Promise<void>;
}

const firstPause = 1_000;
const longestPause = 16_000;

export function patientCall(call: CallApi, { left, wait }: Patience): CallApi {
  return async (operation, input) => {
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      try {
        return await call(operation, input);
      } catch (error) {
        if (!mayPass(error) || left() < pause) throw error;
        await wait(pause);
      }
    }
  };
}
