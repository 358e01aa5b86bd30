/** A child whose parent's claim has ended without it is stopped. */

import { isClaimOpen } from "./answer.ts";
import type { Abandoned } from "./child.ts";
import { keyOf } from "./command.ts";
import { type Ended, endExecution } from "./end.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import type { Delivery, ExecutionId, SegmentKey, Verdict } from "./ports.ts";
import { redelivered } from "./redelivery.ts";
import { awaitingEnd } from "./release.ts";
import type { Header } from "./segment.ts";

export async function endAbandoned(engine: Engine, command: Abandoned, delivery: Delivery): Promise<Verdict> {
  const { execution, parent } = command;
  const head = await headOf(engine, execution, "");
  // Not there: it may just be starting.
  if (!head) return awaitingEnd(engine, command);
  const header = await headerAt(engine, head);
  if (!isSame(header.parent, parent)) return { kind: "done" };
  if (await isClaimOpen(engine, parent)) return awaitingEnd(engine, command);
  const ended = await endChild(engine, execution, parent);
  return ended.kind === "before" ? redelivered(engine, command, delivery) : { kind: "done" };
}

/** Ends the child of a claim that is over, under the key of the message that tells of that: whoever gets it finishes this. */
export function endChild(engine: Engine, execution: ExecutionId, parent: SegmentKey): Promise<Ended> {
  const key = keyOf({ kind: "abandoned", execution, branch: "", parent });
  const isChild = (now: Header): boolean => isSame(now.parent, parent);
  return endExecution(engine, execution, { kind: "stopped", failure: {} }, key, isChild);
}

/** A child of that name may have been started by somebody else. */
export function isSame(left: SegmentKey | undefined, right: SegmentKey): boolean {
  return left?.execution === right.execution && left.branch === right.branch && left.seq === right.seq;
}
