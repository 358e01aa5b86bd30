/** Those who hold task tokens: they send heartbeats, then an answer, insisting as an SDK does; some have a rival. */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { takeActivityTask } from "../../lib/engine/activity.ts";
import type { ActivityName } from "../../lib/engine/activity-port.ts";
import { answerTask, type TaskAnswer } from "../../lib/engine/callback.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import type { Crew } from "./crew.ts";
import type { Life } from "./life.ts";

/** What a holder was told about his answer. */
export interface Told {
  /** The attempt: its call's idempotency key. */
  readonly attempt: string;
  readonly output: string;
  readonly verdict: "accepted" | "invalid-token" | "timed-out" | "no answer";
  /** Somebody else had the same token. */
  readonly rivalled: boolean;
}

export class TokenHolders {
  readonly told: Told[] = [];
  /** Heartbeats that were accepted: when they were sent, and when the sender knew. */
  readonly beats: { readonly attempt: string; readonly at: number; readonly heardAt: number }[] = [];
  private crew: Crew | undefined;

  private readonly world: SimulatedWorld;
  private readonly life: Life;

  constructor(world: SimulatedWorld, life: Life) {
    this.world = world;
    this.life = life;
  }

  employ(crew: Crew): void {
    this.crew = crew;
  }

  hand(attempt: string, token: string): void {
    const rivalled = this.life.chance.chance(this.life.rivals);
    for (const name of rivalled ? ["one", "other"] : ["one"]) {
      this.crew?.begin(this.hold(attempt, token, name, rivalled));
    }
  }

  /** An activity's worker: asks every few seconds, as long as the execution runs. */
  async poll(activity: ActivityName, execution: ExecutionId): Promise<void> {
    const { idle } = this.life.pace;
    if (idle > 0) await this.waitUntil(this.world.now() + this.life.chance.below(idle));
    for (let poll = 0; this.isRunning(execution); poll++) {
      const asking = { workerName: "worker", invocationId: `poll ${poll}` };
      const task = await this.crew?.insist(1, ({ engine }) => takeActivityTask(engine, activity, asking));
      if (task) this.crew?.begin(this.hold(`poll ${poll}`, task.token, "worker", false));
      await this.waitUntil(this.world.now() + this.life.pace.poll);
    }
  }

  private isRunning(execution: ExecutionId): boolean {
    return this.world.summary(execution)?.status === "RUNNING";
  }

  private async hold(attempt: string, token: string, name: string, rivalled: boolean): Promise<void> {
    const done = this.world.now() + this.life.chance.below(this.life.longestAnswer);
    for (let beat = 0; this.world.now() < done; beat++) {
      await this.waitUntil(Math.min(done, this.world.now() + this.life.pace.beat));
      const at = this.world.now();
      const heard = await this.send(token, { kind: "heartbeat" }, `${attempt} ${name} beat ${beat}`);
      if (heard === "accepted") this.beats.push({ attempt, at, heardAt: this.world.now() });
    }
    const output = JSON.stringify({ answered: attempt, by: name });
    const verdict = (await this.send(token, { kind: "succeeded", output }, `${attempt} ${name}`)) ?? "no answer";
    this.told.push({ attempt, output, verdict, rivalled });
  }

  private async send(token: string, answer: TaskAnswer, invocationId: string) {
    return this.crew?.insist(5, ({ engine }) => answerTask(engine, token, answer, invocationId));
  }

  private waitUntil(moment: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.clock.at(moment, resolve);
    });
  }
}
