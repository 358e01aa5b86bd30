/** An activity's open claim is put on the activity's list, where its workers find it (`activity.ts`). */
import type { Working } from "../asl/position.ts";
import type { Signal } from "../asl/transition.ts";
import type { Engine } from "./engine.ts";
import { activityArn, executionName, parseActivityArn } from "./identity.ts";
import { expiry } from "./record.ts";
import type { Segment } from "./segment.ts";

/** A claim on an activity that no worker has taken yet. */
export function awaitsWorker({ call, submitted }: Working): boolean {
  return call.pattern === "activity" && !submitted;
}

/** Puts the claim on its activity's list; answers the failure of one that can have no workers. */
export async function offerClaim(engine: Engine, segment: Segment, working: Working): Promise<Signal | undefined> {
  const activity = parseActivityArn(working.call.resource);
  const { account, region } = executionName(segment.execution);
  // Another tenant's workers are none of this execution's business.
  if (activity?.account !== account || activity.region !== region) {
    const cause = `Activity Does Not Exist: '${working.call.resource}'`;
    return { kind: "failed", failure: { error: "States.Runtime", cause } };
  }
  const claim = { execution: segment.execution, branch: segment.branch, seq: working.claim };
  // Of a claim that waits for months it is offered again, each month, for another term (`keep.ts`).
  const expires = expiry(engine, engine.world.clock.now());
  await engine.world.activities.offer(activity, { claim, at: working.since }, expires);
  engine.bell.ring(activityArn(activity));
  return undefined;
}
