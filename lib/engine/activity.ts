/**
 * Activities: nobody calls their workers, they come and ask. An open claim is put on its activity's list; a
 * worker who asks takes one by appending `started` behind it, and the fence decides between two. The list is
 * a hint: a message's effects are carried out again until the claim is on it, and what is stale falls off it
 * when somebody finds that its claim is gone.
 *
 *   worker A:  offers [7, 9] ──► head of 7 open ──► append started ──ok──► withdraw 7 ──► token and input
 *   worker B:  offers [7, 9] ──► head of 7 open ──► append started ──taken, no claim──► 9
 */

import type { JsonText } from "../asl/json.ts";
import type { Working } from "../asl/position.ts";
import type { Signal } from "../asl/transition.ts";
import type { ActivityName, Offer } from "./activity-port.ts";
import { answerOpenClaim, openClaim } from "./answer.ts";
import { hasTimers } from "./arm.ts";
import type { Engine } from "./engine.ts";
import { guardKey, nonceOf, postGuard } from "./guard.ts";
import { headOf } from "./head.ts";
import { activityArn } from "./identity.ts";
import { awaitsWorker } from "./offer.ts";
import type { SegmentKey } from "./ports.ts";
import { mintToken } from "./token.ts";

export interface ActivityTask {
  readonly token: string;
  readonly input: JsonText;
}

export interface Asking {
  readonly workerName?: string;
  /** The caller's `amz-sdk-invocation-id`. */
  readonly invocationId?: string;
  /** The worker is gone: a task taken now would be lost to it. */
  readonly signal?: AbortSignal;
}

/** Offers looked at in one read. */
const offersAtOnce = 10;

/** The task that has waited longest, if there is one; it is this worker's from here on. */
export async function takeActivityTask(
  engine: Engine,
  activity: ActivityName,
  asking: Asking,
): Promise<ActivityTask | undefined> {
  const { activities } = engine.world;
  for (;;) {
    const offers = await activities.offers(activity, offersAtOnce);
    for (const offer of offers) {
      if (asking.signal?.aborted) return undefined;
      const task = await take(engine, offer, asking);
      // Taken by us or by somebody else, or gone with its scope: either way nobody is to see it again.
      await activities.withdraw(activity, offer);
      if (task) return task;
    }
    if (offers.length < offersAtOnce) return undefined;
  }
}

async function take(engine: Engine, { claim }: Offer, asking: Asking): Promise<ActivityTask | undefined> {
  const head = await headOf(engine, claim.execution, claim.branch);
  const { doing } = head?.position ?? {};
  if (!head || doing?.kind !== "working" || openClaim(head.position) !== claim.seq) return undefined;
  const nonce = nonceOf(engine, asking.invocationId);
  // The caller repeats a call that took it and died: nobody else will ever hear of it.
  if (head.by === guardKey(nonce)) return handOver(engine, claim, doing);
  if (!awaitsWorker(doing)) return undefined;
  // What follows from a start are its timers: without any, there is nothing to guard.
  const by = hasTimers(doing.call) ? await postGuard(engine, claim.execution, claim.branch, nonce) : guardKey(nonce);
  const { workerName } = asking;
  const started: Signal = { kind: "started", ...(workerName === undefined ? {} : { workerName }) };
  const outcome = await answerOpenClaim(
    engine,
    claim,
    async ({ position }) => (position.doing.kind === "working" && awaitsWorker(position.doing) ? started : undefined),
    by,
  );
  return outcome === "answered" ? handOver(engine, claim, doing) : undefined;
}

async function handOver(engine: Engine, claim: SegmentKey, { call }: Working): Promise<ActivityTask> {
  await engine.world.log.durable();
  return { token: mintToken(engine, claim, engine.world.clock.now()), input: call.arguments };
}

const firstPauseMilliseconds = 100;
const longestPauseMilliseconds = 1_000;

/**
 * Asks until there is a task or the engine's time for that is over. Where the claims are made in this process
 * the bell tells of each; elsewhere they are found by looking again.
 */
export async function awaitActivityTask(
  engine: Engine,
  activity: ActivityName,
  asking: Asking,
): Promise<ActivityTask | undefined> {
  const { clock } = engine.world;
  const until = clock.now() + engine.options.activityPollMilliseconds;
  for (let pause = firstPauseMilliseconds; ; pause = Math.min(pause * 1.5, longestPauseMilliseconds)) {
    // Listening begins before looking: an offer made in between rings.
    const rung = engine.bell.next(activityArn(activity), Math.min(clock.now() + pause, until), asking.signal);
    const task = await takeActivityTask(engine, activity, asking);
    if (task || asking.signal?.aborted || clock.now() >= until) {
      rung.forget();
      return task;
    }
    await rung.heard;
  }
}
