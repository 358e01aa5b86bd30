/** Those who change, while Map Runs are at work, how many children of theirs may run at once: insisting as an SDK does. */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { updateMapRun } from "../../lib/engine/map-run/update.ts";
import type { ExecutionId, MapRunId } from "../../lib/engine/ports.ts";
import type { Crew } from "./crew.ts";
import type { Updates } from "./life.ts";
import { isOfRun } from "./map-runs.ts";

/** Somebody looks so often, and not for ever. */
const mostLooks = 60;

export class Updaters {
  private readonly world: SimulatedWorld;
  private readonly crew: Crew;
  private readonly updates: Updates;

  constructor(world: SimulatedWorld, crew: Crew, updates: Updates) {
    this.world = world;
    this.crew = crew;
    this.updates = updates;
  }

  async watch(execution: ExecutionId): Promise<void> {
    const { chance, times, pause } = this.updates;
    for (let [done, looks] = [0, 0]; done < times && looks < mostLooks; looks++) {
      await this.crew.pause(1 + chance.below(pause));
      const status = this.world.summary(execution)?.status;
      const runs = this.runs();
      const run = runs[chance.below(runs.length)];
      if (status === "SUCCEEDED") return;
      if (run === undefined) continue;
      const callers = chance.chance(0.4) ? 2 : 1;
      await Promise.all(Array.from({ length: callers }, (_, caller) => this.update(run, `${done} ${caller}`)));
      done += 1;
    }
  }

  private async update(run: MapRunId, call: string): Promise<void> {
    const change = { maxConcurrency: 1 + this.updates.chance.below(6) };
    await this.crew.insist(4, ({ engine }) => updateMapRun(engine, run, change, `update ${call}`));
  }

  private runs(): readonly MapRunId[] {
    const records = this.world.segments().filter((record) => record.branch === "" && isOfRun(record));
    return [...new Set(records.map(({ execution }) => execution as MapRunId))]; // whose log is a run's
  }
}
