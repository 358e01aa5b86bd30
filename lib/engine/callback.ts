/** SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat: whoever holds a task token answers its claim, once. */

import type { JsonText } from "../asl/json.ts";
import type { Failure, Instant } from "../asl/position.ts";
import { answerOpenClaim, openClaim } from "./answer.ts";
import { decodeSegment } from "./codec.ts";
import type { Engine } from "./engine.ts";
import { guardKey, nonceOf, postGuard } from "./guard.ts";
import { headOf } from "./head.ts";
import type { SegmentKey } from "./ports.ts";
import { expiry } from "./record.ts";
import type { Segment } from "./segment.ts";
import { readToken } from "./token.ts";

export type TaskAnswer =
  | { readonly kind: "succeeded"; readonly output: JsonText }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "heartbeat" };

export async function answerTask(
  engine: Engine,
  token: string,
  answer: TaskAnswer,
  invocationId?: string,
): Promise<"accepted" | "invalid-token" | "timed-out"> {
  const now = engine.world.clock.now();
  const read = readToken(engine, token, now);
  if (read.kind === "invalid") return "invalid-token";
  if (read.kind === "expired") return "timed-out";
  const { claim } = read;
  const head = await headOf(engine, claim.execution, claim.branch);
  if (!head || openClaim(head.position) !== claim.seq) return afterwards(engine, claim, invocationId);
  if (answer.kind === "heartbeat") {
    await engine.world.heartbeats.beat(claim, now, expiry(engine, nextBeat(head, now)));
    await engine.world.log.durable(); // who was told so is not given up after a power cut
    return "accepted";
  }
  const by = await postGuard(engine, claim.execution, claim.branch, nonceOf(engine, invocationId));
  const outcome = await answerOpenClaim(engine, claim, answer, by, head);
  if (outcome === "no-claim") return afterwards(engine, claim, invocationId);
  await engine.world.log.durable();
  return "accepted";
}

/** Until then the timer of the claim may ask for this beat. */
function nextBeat({ position: { doing } }: Segment, now: Instant): Instant {
  const { heartbeatSeconds = 0 } = doing.kind === "working" ? doing.call : {};
  return now + heartbeatSeconds * 1_000;
}

/** Behind a claim come its submission and then its answer. */
const answersWithin = 4;

/** Too late, unless it was this very call that answered the claim, and only its own answer got lost on the way. */
async function afterwards(
  engine: Engine,
  claim: SegmentKey,
  invocationId: string | undefined,
): Promise<"accepted" | "timed-out"> {
  if (invocationId === undefined) return "timed-out";
  const { execution, branch, seq } = claim;
  const key = guardKey(nonceOf(engine, invocationId));
  const behind = await engine.world.log.branch(execution, branch, seq + 1, answersWithin);
  if (!behind.some((record) => decodeSegment(record).by === key)) return "timed-out";
  await engine.world.log.durable();
  return "accepted";
}
