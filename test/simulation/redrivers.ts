/**
 * Those who redrive what did not succeed: after a while, alone or two at once, insisting as an SDK does. Each call
 * has its own token, so that what the log has of it can be counted.
 */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { hashOf } from "../../lib/engine/identity.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import type { Crew } from "./crew.ts";
import type { Life } from "./life.ts";

/** What a caller was told. */
export interface Redrive {
  /** As it stands in the log. */
  readonly nonce: string;
  readonly told: "redriven" | "refused" | "absent" | "no answer";
  /** For so many milliseconds he had asked. */
  readonly asked: number;
}

/** So many looks are close together. */
const often = 90;

export class Redrivers {
  readonly told: Redrive[] = [];
  private readonly world: SimulatedWorld;
  private readonly life: Life;
  private readonly crew: Crew;

  constructor(world: SimulatedWorld, life: Life, crew: Crew) {
    this.world = world;
    this.life = life;
    this.crew = crew;
  }

  /** As often as the seed has it, or until it succeeds or the day is over. */
  async watch(execution: ExecutionId, until: number): Promise<void> {
    const { chance, redrives, pace } = this.life;
    for (let [done, looks] = [0, 0]; done < redrives && this.world.now() < until; looks++) {
      await this.crew.pause(looks < often ? pace.look : pace.lookLater);
      const status = this.statusOf(execution);
      if (status === "SUCCEEDED") return;
      if (status === undefined || status === "RUNNING") continue;
      await this.crew.pause(chance.below(chance.chance(0.5) ? 2_000 : 900_000));
      const callers = chance.chance(0.4) ? 2 : 1;
      await Promise.all(Array.from({ length: callers }, (_, caller) => this.redrive(execution, `${done} ${caller}`)));
      done += 1;
    }
  }

  private statusOf(execution: ExecutionId) {
    return this.world.summary(execution)?.status;
  }

  private async redrive(execution: ExecutionId, call: string): Promise<void> {
    const clientToken = `redrive ${call}`;
    const since = this.world.now();
    const answer = await this.crew.insist(4, ({ engine }) => redriveExecution(engine, execution, { clientToken }));
    this.told.push({
      nonce: hashOf(clientToken).slice(0, 32),
      told: answer?.kind ?? "no answer",
      asked: this.world.now() - since,
    });
  }
}
