/**
 * A redriven state that waits for an execution redrives that one (`startExecution.sync`). The call may be made
 * again: the child knows whom it works for. One that has ended for good tells its end once more.
 */
import { childEnded } from "./child.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import { dispatch } from "./messages.ts";
import type { ExecutionId, SegmentKey } from "./ports.ts";
import { redriveExecution } from "./redrive.ts";

export type ChildRedrive =
  /** Its end will be told to the claim. */
  | { readonly kind: "awaited" }
  /** It has never been started. */
  | { readonly kind: "absent" }
  /** It works for somebody else. */
  | { readonly kind: "refused"; readonly reason: string };

export async function redriveChild(
  engine: Engine,
  child: ExecutionId,
  claim: SegmentKey,
  clientToken: string,
): Promise<ChildRedrive> {
  const head = await headOf(engine, child, "");
  if (!head) return { kind: "absent" };
  const { parent } = await headerAt(engine, head);
  if (parent && isSame(parent, claim)) return { kind: "awaited" };
  const redriven = await redriveExecution(engine, child, { clientToken, parent: claim });
  if (redriven.kind === "redriven") return { kind: "awaited" };
  if (redriven.kind === "absent" || head.position.doing.kind !== "ended") return redriven;
  await dispatch(engine, [childEnded(child, claim)]);
  return { kind: "awaited" };
}

function isSame(one: SegmentKey, other: SegmentKey): boolean {
  return one.execution === other.execution && one.branch === other.branch && one.seq === other.seq;
}
