/** The fork that opened a Map Run, as its parent's log has it: items or reader, and where expressions are evaluated. */
import type { Definition, Distributed } from "../../asl/definition.ts";
import type { Forked, MapRun, Position } from "../../asl/position.ts";
import type { Moment } from "../../asl/transition.ts";
import { decodeSegment } from "../codec.ts";
import type { Engine } from "../engine.ts";
import { momentAt } from "../moment.ts";
import type { SegmentKey } from "../ports.ts";

export interface RunFork {
  readonly definition: Definition;
  readonly position: Position;
  readonly fork: Forked;
  readonly run: MapRun;
  readonly distributed: Distributed;
  /** When and where the state was entered. */
  readonly moment: Moment;
}

export async function readRunFork(engine: Engine, parent: SegmentKey): Promise<RunFork> {
  const { execution, branch, seq } = parent;
  const [record] = await engine.world.log.branch(execution, branch, seq, 1);
  const segment = record && decodeSegment(record);
  const fork = segment?.position.doing;
  if (!segment || fork?.kind !== "forked" || !fork.run)
    throw new Error(`${execution}${branch}#${seq} opens no Map Run`);
  const header = await engine.header(execution);
  const definition = await engine.definition(header.definition);
  const state = definition.states.get(segment.position.state);
  if (state?.type !== "Map" || !state.distributed) throw new Error(`${segment.position.state} is no Distributed Map`);
  const moment = { ...(await momentAt(engine, header, definition, branch, seq)), now: segment.now };
  return { definition, position: segment.position, fork, run: fork.run, distributed: state.distributed, moment };
}
