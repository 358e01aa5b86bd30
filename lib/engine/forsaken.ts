/** Jobs that outlive their claim: whoever ends a claim tells its job to stop, but what he sent may be lost. */
import type { Definition } from "../asl/definition.ts";
import { readResource } from "../asl/states/resource.ts";
import { openClaim } from "./answer.ts";
import type { Engine } from "./engine.ts";
import { readSegments } from "./history.ts";
import type { ExecutionId } from "./ports.ts";
import type { Segment } from "./segment.ts";

/** What waited for a job last, and what has ended the waiting without asking after the job. */
export interface Forsaken {
  readonly waited: Segment;
  readonly ended: Segment;
}

export function mayBeginJobs({ states }: Definition): boolean {
  return [...states.values()].some((state) => state.type === "Task" && readResource(state.resource).pattern === "sync");
}

/** Reads the whole log of the execution. */
export async function forsakenJobs(engine: Engine, id: ExecutionId): Promise<readonly Forsaken[]> {
  const following = new Map((await readSegments(engine, id)).map((each) => [placeOf(each, each.seq - 1), each]));
  return [...following.values()].flatMap((waited) => {
    const ended = following.get(placeOf(waited, waited.seq));
    return ended && isForsaken(waited, ended) ? [{ waited, ended }] : [];
  });
}

function placeOf({ branch }: Segment, seq: number): string {
  return `${branch}#${seq}`;
}

function isForsaken({ position }: Segment, ended: Segment): boolean {
  const { doing } = position;
  if (doing.kind !== "working" || doing.job === undefined) return false;
  return openClaim(ended.position) !== doing.claim && !ended.by.startsWith("poll:");
}
