/**
 * A redriven state that waits for an execution redrives that one (`startExecution.sync`). The call may be made
 * again: the child knows whom it works for. One that has ended for good tells its end once more.
 */
import { endChild, isSame } from "./abandoned.ts";
import { isClaimOpen, settle } from "./answer.ts";
import { childEnded } from "./child.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import { dispatch } from "./messages.ts";
import type { ExecutionId, SegmentKey } from "./ports.ts";
import { followRedrive, redriveExecution } from "./redrive.ts";
import type { Segment } from "./segment.ts";

export type ChildRedrive =
  /** Its end will be told to the claim. */
  | { readonly kind: "awaited" }
  /** It has never been started. */
  | { readonly kind: "absent" }
  /** It works for somebody else. */
  | { readonly kind: "refused"; readonly reason: string };

/** Each of them finds that somebody else has moved the child in between. */
const mostTries = 100;

export async function redriveChild(
  engine: Engine,
  child: ExecutionId,
  claim: SegmentKey,
  clientToken: string,
): Promise<ChildRedrive> {
  for (let tries = 0; tries < mostTries; tries++) {
    const head = await headOf(engine, child, "");
    if (!head) return { kind: "absent" };
    const header = await headerAt(engine, head);
    const { parent } = header;
    if (isSame(parent, claim)) {
      await followRedrive(engine, head, clientToken);
      return { kind: "awaited" };
    }
    // The word that nobody waits for it any more may still be under way: it goes on behind the end that this brings.
    if (parent && !hasEnded(head) && !(await isClaimOpen(engine, parent))) await endChild(engine, child, parent);
    const redriven = await redriveExecution(engine, child, { clientToken, parent: claim });
    if (redriven.kind === "redriven") return { kind: "awaited" };
    if (redriven.kind === "absent") return redriven;
    const now = await headOf(engine, child, "");
    if (!hasEnded(head) && !hasEnded(now)) return redriven;
    if (now?.seq !== head.seq) continue;
    if (await isUntold(engine, child)) {
      // Whoever ended it may be gone, and will tell it to the claim of before.
      await settle(engine, header, await engine.definition(header.definition), head, "again");
      continue;
    }
    await dispatch(engine, [childEnded(child, claim)]);
    return { kind: "awaited" };
  }
  throw new Error(`execution ${child} could not be redriven with its parent in ${mostTries} tries`);
}

/** Its end is in its log, and its summary does not know it. */
async function isUntold({ world }: Engine, child: ExecutionId): Promise<boolean> {
  return (await world.executions.find(child))?.status === "RUNNING";
}

function hasEnded(head: Segment | undefined): boolean {
  return head?.position.doing.kind === "ended";
}
