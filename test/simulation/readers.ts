/** Those who read, while an execution is open for months and for its retention afterwards, what it has done so far. */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { readHistory } from "../../lib/engine/history.ts";
import { describeMapRun } from "../../lib/engine/map-run/describe.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import type { Crew } from "./crew.ts";
import { isOfRun } from "./map-runs.ts";

const day = 24 * 3_600_000;

/** That long it can be read after its end, at least: in an outage its last term may come a day or two late. */
const retention = 88 * day;

export class Readers {
  private readonly world: SimulatedWorld;
  private readonly crew: Crew;

  constructor(world: SimulatedWorld, crew: Crew) {
    this.world = world;
    this.crew = crew;
  }

  async watch(execution: ExecutionId): Promise<void> {
    const ended = () => this.world.summary(execution)?.stoppedAt ?? Number.POSITIVE_INFINITY;
    while (this.world.summary(execution) && this.world.now() + 10 * day < ended() + retention) {
      await this.crew.pause(10 * day);
      await this.history(execution);
      await this.mapRuns(execution);
    }
  }

  private async history(execution: ExecutionId): Promise<void> {
    const events = await this.crew.insist(20, ({ engine }) => readHistory(engine, execution));
    const gap = events?.findIndex(({ id }, at) => id !== at + 1) ?? -1;
    if (events?.length === 0 || gap >= 0) this.misses(`event ${gap + 1} of the history`);
    const found = await this.crew.insist(20, async ({ engine }) => [await engine.world.executions.find(execution)]);
    if (found && !found[0]) this.misses("what the execution has come to");
  }

  private async mapRuns(execution: ExecutionId): Promise<void> {
    const begun = new Set(this.world.segments().flatMap((record) => (isOfRun(record) ? [record.execution] : [])));
    const listed = await this.crew.insist(20, ({ engine }) => engine.world.mapRuns.list(execution, 100));
    if (listed && listed.items.length < begun.size)
      this.misses(`${begun.size - listed.items.length} Map Runs of the list`);
    for (const { id } of listed?.items ?? []) {
      if (!begun.has(id)) continue;
      const found = await this.crew.insist(20, async ({ engine }) => [await describeMapRun(engine, id)]);
      if (found && !found[0]) this.misses(`what Map Run ${id} has come to`);
    }
  }

  private misses(what: string): void {
    throw new Error(`${what} cannot be read on day ${Math.floor(this.world.now() / day)}`);
  }
}
