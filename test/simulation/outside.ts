/** Whom the tasks call: an external observer, who takes his time, answers, and remembers every call. */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import type { TokenHolders } from "./clients.ts";
import type { Scenario } from "./harness.ts";
import type { Life } from "./life.ts";

export interface Invocation {
  readonly key: string;
  times: number;
  /** Undefined as long as it has not answered. */
  answer?: CallResult;
}

export class Outside {
  /** By idempotency key: one for each attempt. */
  readonly invocations = new Map<string, Invocation>();
  private world: SimulatedWorld | undefined;
  private holders: TokenHolders | undefined;

  private readonly scenario: Scenario;
  private readonly life: Life;

  constructor(scenario: Scenario, life: Life) {
    this.scenario = scenario;
    this.life = life;
  }

  open(world: SimulatedWorld, holders: TokenHolders): void {
    this.world = world;
    this.holders = holders;
  }

  async call(call: Call): Promise<CallResult> {
    const key = call.idempotencyKey;
    const seen: Invocation = this.invocations.get(key) ?? { key, times: 0 };
    seen.times += 1;
    this.invocations.set(key, seen);
    await this.take(this.scenario.longestTask ?? this.life.longestTask);
    const answer = this.answerOf(call);
    seen.answer = answer;
    return answer;
  }

  private answerOf(call: Call): CallResult {
    if (!call.resource.endsWith(".waitForTaskToken")) {
      return this.scenario.task?.(call) ?? { kind: "succeeded", output: call.arguments };
    }
    const token: unknown = JSON.parse(call.arguments).token;
    if (typeof token === "string") this.holders?.hand(call.idempotencyKey, token);
    return { kind: "submitted", output: "{}" };
  }

  private async take(longest: number): Promise<void> {
    const { world } = this;
    if (longest === 0 || world === undefined) return;
    const moment = world.now() + this.life.chance.below(longest);
    await new Promise<void>((resolve) => {
      world.clock.at(moment, resolve);
    });
  }
}
