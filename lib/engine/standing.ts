/**
 * A branch of an execution that is redriven, on its way from its end back into its log: where it stood, and
 * the segment that it goes on with.
 */
import type { Definition } from "../asl/definition.ts";
import type { EventRef } from "../asl/event.ts";
import type { Position } from "../asl/position.ts";
import { standing, standingDepth } from "../asl/states/redrive.ts";
import { step } from "../asl/step.ts";
import { beginningOf } from "./branch.ts";
import { decodeSegment } from "./codec.ts";
import type { Engine } from "./engine.ts";
import { tellLog } from "./execution-log.ts";
import { momentAt } from "./moment.ts";
import { type Recorded, record, recordOf, segmentOf } from "./record.ts";
import type { Header, Segment } from "./segment.ts";

/** Where the branch stood that ended with `head`. */
export async function standingOf(engine: Engine, header: Header, head: Segment): Promise<Position> {
  const { execution, branch, seq } = head;
  const from = Math.max(0, seq - standingDepth + 1);
  const last = await engine.world.log.branch(execution, branch, from, seq - from + 1);
  const to = standing(last.map(decodeSegment));
  if (to.doing.kind !== "beginning") return to;
  // An end does not remember what only its first step needed: it is in the fork.
  const { entered, previous } = await beginningOf(engine, header, { execution, branch });
  return { ...to, previous, ...(entered === undefined ? {} : { entered }) };
}

/** What lets it go on. */
export interface GoAhead {
  /** How many history events there are in the execution by then. */
  readonly events: number;
  /** For one that has not been heard of yet: the end that let it begin. */
  readonly previous?: EventRef;
  /** The key of the message that says so. */
  readonly by: string;
}

/** Writes the segment that the branch goes on with. */
export async function goOn(
  engine: Engine,
  header: Header,
  definition: Definition,
  head: Segment,
  go: GoAhead,
): Promise<Recorded> {
  return record(engine, header, definition, await resumed(engine, header, definition, head, go));
}

/**
 * The same for whoever is about to end it: no message lets it move. Another copy may have found the scope closed, and
 * what moved then would run on behind its end.
 */
export async function goOnUnsent(
  engine: Engine,
  header: Header,
  definition: Definition,
  head: Segment,
  go: GoAhead,
): Promise<void> {
  const segment = await resumed(engine, header, definition, head, go);
  const answer = await engine.world.log.append(recordOf(engine, segment));
  if (answer.kind === "appended") await tellLog(engine, header, segment);
}

async function resumed(
  engine: Engine,
  header: Header,
  definition: Definition,
  head: Segment,
  go: GoAhead,
): Promise<Segment> {
  const stood = await standingOf(engine, header, head);
  const to = go.previous !== undefined && isUnheardOf(head) ? { ...stood, previous: go.previous } : stood;
  const moment = await momentAt(engine, header, definition, head.branch, head.seq + 1);
  const events = Math.max(head.position.events, go.events);
  const transition = await step(definition, head.position, { kind: "redriven", to, events }, moment);
  return segmentOf(engine, header, moment, transition, go.by);
}

/** It was fenced before its first step. */
function isUnheardOf({ position: { events, scope } }: Segment): boolean {
  return scope?.firstWave === false && events === scope.eventsBefore;
}
