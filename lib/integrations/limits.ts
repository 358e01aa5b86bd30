/**
 * Limits that an installation sets on what its Tasks call: how many calls of a resource are under way at once, and
 * when one that keeps failing is left alone for a while. They hold for one process; deployed, each worker of the
 * tasks function has its own.
 */
import type { Call, CallResult, Tasks } from "../engine/ports.ts";
import type { Metrics } from "../engine/watch-port.ts";
import { callFailure } from "./call-failure.ts";

export interface ResourceLimit {
  /** A Task's `Resource`, with `*` for any text: `arn:aws:states:::lambda:invoke*`, `arn:aws:lambda:*:function:slow`. */
  readonly resource: string;
  /** Calls beyond wait for one that ends; their attempt's time runs meanwhile. */
  readonly atOnce?: number;
  /** After so many failures in a row no call is made for so long; then the next failure begins the next pause at once. */
  readonly breaker?: { readonly failures: number; readonly seconds: number };
}

/** What says that the callee is in trouble, not that it refused this one call. */
const inTrouble =
  /SdkClientException$|Throttl|TooManyRequests|ServiceException$|ServiceUnavailable|InternalServer|^States\.Http\.(Socket|StatusCode\.(429|5\d\d))$/;

export interface LimitOptions {
  /** Each call that waits or is not made counts as the service's `ThrottledEvents`. */
  readonly metrics?: Metrics | undefined;
  readonly now?: () => number;
}

export function withLimits(
  tasks: Tasks,
  limits: readonly ResourceLimit[],
  { metrics, now = Date.now }: LimitOptions = {},
): Tasks {
  if (limits.length === 0) return tasks;
  const held = (): void => metrics?.put({ at: now(), ...throttled });
  const gates = limits.map((limit) => ({ pattern: patternOf(limit.resource), gate: new Gate(limit, { now, held }) }));
  return {
    ...tasks,
    call: async (call) => {
      const found = gates.find(({ pattern }) => pattern.test(call.resource));
      return found === undefined ? tasks.call(call) : found.gate.pass(call, () => tasks.call(call));
    },
  };
}

/** What is held back is a state that would go on: the service counts those under the same dimension. */
const throttled = {
  of: { ServiceMetric: "StateTransition" },
  by: [["ServiceMetric"]],
  values: [["ThrottledEvents", 1, "Count"]],
} as const;

function patternOf(resource: string): RegExp {
  const parts = resource.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

interface Watch {
  readonly now: () => number;
  /** Told of each call that has to wait or is not made. */
  readonly held: () => void;
}

class Gate {
  readonly #limit: ResourceLimit;
  readonly #watch: Watch;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;
  #failures = 0;
  #openUntil = 0;

  constructor(limit: ResourceLimit, watch: Watch) {
    this.#limit = limit;
    this.#watch = watch;
  }

  async pass(call: Call, make: () => Promise<CallResult>): Promise<CallResult> {
    const refused = this.#refusal();
    if (refused !== undefined || this.#isFull()) this.#watch.held();
    if (refused !== undefined) return refused;
    await this.#room(call.signal);
    try {
      const result = await make();
      this.#judge(result);
      return result;
    } finally {
      this.#underWay -= 1;
      const [next] = this.#waiting;
      next?.();
    }
  }

  #refusal(): CallResult | undefined {
    const { resource, breaker } = this.#limit;
    if (breaker === undefined || this.#openUntil <= this.#watch.now()) return undefined;
    const until = new Date(this.#openUntil).toISOString();
    return callFailure(
      "Baton.CircuitOpen",
      `${resource} has failed ${this.#failures} times in a row and is not called before ${until}.`,
    );
  }

  #isFull(): boolean {
    return this.#underWay >= (this.#limit.atOnce ?? Number.POSITIVE_INFINITY);
  }

  /** A place of one's own; those who wait get it in turn. */
  async #room(signal: AbortSignal): Promise<void> {
    while (this.#isFull()) {
      await new Promise<void>((resolve, reject) => {
        const enter = (): void => {
          this.#waiting.delete(enter);
          signal.removeEventListener("abort", leave);
          resolve();
        };
        const leave = (): void => {
          this.#waiting.delete(enter);
          reject(signal.reason);
        };
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener("abort", leave, { once: true });
        this.#waiting.add(enter);
      });
    }
    this.#underWay += 1;
  }

  #judge(result: CallResult): void {
    const { breaker } = this.#limit;
    if (breaker === undefined) return;
    const failed = result.kind === "failed" && inTrouble.test(result.error);
    this.#failures = failed ? this.#failures + 1 : 0;
    if (this.#failures >= breaker.failures) this.#openUntil = this.#watch.now() + breaker.seconds * 1_000;
  }
}

/** As an installation writes them: a JSON array; throws what is wrong with it. */
export function parseLimits(text: string): readonly ResourceLimit[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value))
    throw new Error("limits must be an array of {resource, atOnce, breaker: {failures, seconds}}");
  return value.map((item: unknown, at) => {
    const { resource, atOnce, breaker } = (typeof item === "object" && item !== null ? item : {}) as Record<
      string,
      unknown
    >;
    if (typeof resource !== "string") throw new Error(`limit ${at} must have a string 'resource'`);
    if (atOnce !== undefined && !isCount(atOnce))
      throw new Error(`'atOnce' of ${resource} must be a whole number from 1 on`);
    if (breaker !== undefined && !isBreaker(breaker)) {
      throw new Error(`'breaker' of ${resource} must be {failures, seconds}, both whole numbers from 1 on`);
    }
    return { resource, ...(isCount(atOnce) && { atOnce }), ...(isBreaker(breaker) && { breaker }) };
  });
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1;
}

function isBreaker(value: unknown): value is { readonly failures: number; readonly seconds: number } {
  return (
    typeof value === "object" &&
    value !== null &&
    "failures" in value &&
    "seconds" in value &&
    isCount(value.failures) &&
    isCount(value.seconds)
  );
}
