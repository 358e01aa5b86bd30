/**
 * Calls that only read, made again a few times where it may help, as the AWS CLI does: an execution that is followed for
 * hours runs on, whatever becomes of one of some thousand calls. A server of this machine that is gone does not come
 * back by itself: that is told at once.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "./failure.ts";

/** Nobody was there, the answer broke off, came too late, or was that there is none now. */
export type Silence = "nobody" | "broken" | "late" | "busy";

export class Unanswered extends Failure {
  readonly silence: Silence;
  /** Without what could be done about it. */
  readonly happened: string;
  readonly advice: string;

  constructor(silence: Silence, happened: string, advice: string) {
    super(`${happened}${advice}`);
    this.silence = silence;
    this.happened = happened;
    this.advice = advice;
  }
}

export interface Asking {
  readonly isHere: boolean;
  /** Has the other side answered before? Else its address may be wrong. */
  isKnown(): boolean;
}

const pausesHere = [250, 500];
const pausesElsewhere = [250, 500, 1_000, 2_000, 4_000];
/** Whoever waits that long is told why. */
const longMilliseconds = 1_000;

export async function askAgain<T>(ask: () => Promise<T>, asking: Asking): Promise<T> {
  const pauses = asking.isHere ? pausesHere : pausesElsewhere;
  let isTold = false;
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const next = pauses[tries - 1];
      if (!isPassing(error, asking)) throw error;
      if (next === undefined) throw afterAll(error, tries);
      if (!isTold && (next >= longMilliseconds || isLate(error)))
        console.error(`${happenedIn(error)}; it is asked again`);
      isTold ||= next >= longMilliseconds || isLate(error);
      await pause(next * (0.5 + Math.random() / 2)); // others were told the same, and come back too
    }
  }
}

/** As AWS names what passes. */
const passing: ReadonlySet<string> = new Set(["ThrottlingException", "InternalFailure"]);

function isPassing(error: unknown, { isHere, isKnown }: Asking): error is Failure {
  if (!(error instanceof Unanswered)) return error instanceof Failure && passing.has(error.name);
  if (error.silence === "nobody") return !isHere && isKnown();
  return error.silence !== "late" || !isHere;
}

function isLate(error: Failure): boolean {
  return error instanceof Unanswered && error.silence === "late";
}

function happenedIn(error: Failure): string {
  return error instanceof Unanswered ? error.happened : error.message;
}

function afterAll(error: Failure, tries: number): Failure {
  if (!(error instanceof Unanswered)) return error;
  return new Unanswered(error.silence, `asked ${tries} times: ${error.happened}`, error.advice);
}
