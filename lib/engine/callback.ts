/** SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat: whoever holds a task token answers its claim, once. */
import type { JsonText } from "../asl/json.ts";
import type { Failure } from "../asl/position.ts";
import { answerOpenClaim, headOf, openClaim } from "./answer.ts";
import type { Engine } from "./engine.ts";
import { nonceOf, postGuard } from "./guard.ts";
import { expiry } from "./record.ts";
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
  const head = await headOf(engine, claim);
  if (!head || openClaim(head.position) !== claim.seq) return "timed-out";
  if (answer.kind === "heartbeat") {
    await engine.world.heartbeats.beat(claim, now, expiry(engine, now));
    return "accepted";
  }
  const by = await postGuard(engine, claim.execution, claim.branch, nonceOf(engine, invocationId));
  const outcome = await answerOpenClaim(engine, claim, answer, by, head);
  if (outcome === "no-claim") return "timed-out";
  await engine.world.log.durable();
  return "accepted";
}
