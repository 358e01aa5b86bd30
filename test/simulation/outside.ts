/** Whom the tasks call: an external observer, who takes his time, answers, and remembers every call. */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import type { JobCall, JobState } from "../../lib/engine/job-port.ts";
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

/** What a `.sync` call began. */
export interface OutsideJob {
  readonly until: number;
  readonly result: CallResult;
  /** Somebody asked after its end and was told. */
  told: boolean;
  stopped: boolean;
}

export class Outside {
  /** By idempotency key: one for each attempt. */
  readonly invocations = new Map<string, Invocation>();
  /** By the key of the attempt that began it. */
  readonly jobs = new Map<string, OutsideJob>();
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

  async poll({ job }: JobCall): Promise<JobState> {
    const found = this.jobOf(job);
    if (found.stopped) return { kind: "failed", error: "States.TaskFailed", cause: "it was stopped" };
    if ((this.world?.now() ?? 0) < found.until || found.result.kind === "submitted") return { kind: "running" };
    found.told = true;
    return found.result;
  }

  async stop({ job }: JobCall): Promise<void> {
    this.jobOf(job).stopped = true;
  }

  private jobOf(key: string): OutsideJob {
    const found = this.jobs.get(key);
    if (found === undefined) throw new Error(`nobody began the job ${key}`);
    return found;
  }

  private begin(call: Call): CallResult {
    const key = call.idempotencyKey;
    const until = (this.world?.now() ?? 0) + this.life.chance.below(this.scenario.longestJob ?? 0);
    const result = this.scenario.task?.(call) ?? { kind: "succeeded", output: call.arguments };
    this.jobs.set(key, { until, result, told: false, stopped: false });
    return { kind: "submitted", output: "{}", job: key };
  }

  private answerOf(call: Call): CallResult {
    if (call.resource.endsWith(".sync")) return this.begin(call);
    if (!call.resource.endsWith(".waitForTaskToken")) {
      return this.scenario.task?.(call) ?? { kind: "succeeded", output: call.arguments };
    }
    const token = tokenIn(call.arguments);
    if (token !== undefined) this.holders?.hand(call.idempotencyKey, token);
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

/** Wherever in its arguments a state hands its token over. */
function tokenIn(text: string): string | undefined {
  let found: string | undefined;
  JSON.parse(text, (key, value: unknown) => {
    if (/^(task)?token$/i.test(key) && typeof value === "string") found = value;
    return value;
  });
  return found;
}
