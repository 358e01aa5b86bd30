/** A child whose parent's claim has ended without it is stopped. */

import { openClaim } from "./answer.ts";
import { type Command, keyOf } from "./command.ts";
import { endExecution } from "./end.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import type { Delivery, SegmentKey, Verdict } from "./ports.ts";
import { redelivered } from "./redelivery.ts";
import type { Header } from "./segment.ts";

type Abandoned = Extract<Command, { readonly kind: "abandoned" }>;

export async function endAbandoned(engine: Engine, command: Abandoned, delivery: Delivery): Promise<Verdict> {
  const { execution, parent } = command;
  const head = await headOf(engine, execution, "");
  // Not there: it has not been started yet, and then the guard comes once more.
  if (!head) return { kind: "done" };
  const header = await headerAt(engine, head);
  if (!isSame(header.parent, parent) || (await isOpen(engine, parent))) return { kind: "done" };
  const isChild = (now: Header): boolean => isSame(now.parent, parent);
  const ended = await endExecution(engine, execution, { kind: "stopped", failure: {} }, keyOf(command), isChild);
  return ended.kind === "before" ? redelivered(engine, command, delivery) : { kind: "done" };
}

/** A child of that name may have been started by somebody else. */
function isSame(left: SegmentKey | undefined, right: SegmentKey): boolean {
  return left?.execution === right.execution && left.branch === right.branch && left.seq === right.seq;
}

async function isOpen(engine: Engine, claim: SegmentKey): Promise<boolean> {
  const head = await headOf(engine, claim.execution, claim.branch);
  return head !== undefined && openClaim(head.position) === claim.seq;
}
