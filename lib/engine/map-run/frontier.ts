/** From which chunk on a Map Run may have children to start, as far as this process knows: never too far. */
import type { Engine } from "../engine.ts";
import type { MapRunId } from "../ports.ts";

/** Of that epoch; undefined: nothing is known. */
export function frontierOf({ frontiers }: Engine, run: MapRunId, epoch: number): number | undefined {
  return frontiers.get(`${run}@${epoch}`);
}

/** Everything before that chunk is taken. */
export function noteFrontier(engine: Engine, run: MapRunId, epoch: number, chunk: number): void {
  if (chunk > (frontierOf(engine, run, epoch) ?? -1)) engine.frontiers.put(`${run}@${epoch}`, chunk);
}
