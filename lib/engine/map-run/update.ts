/** UpdateMapRun: other limits for a run that is at work. The guard finishes what the call has begun. */
import type { Engine } from "../engine.ts";
import { nonceOf } from "../guard.ts";
import { dispatch, outliving } from "../messages.ts";
import type { MapRunId } from "../ports.ts";
import { newsMessage } from "./ended.ts";
import { allSent, unsentOf } from "./gifts.ts";
import { changeRun, existing, runHead } from "./log.ts";
import { newsKey } from "./news.ts";
import { type Change, changed, epochIn, giveMore, isOpen, mostConcurrency } from "./run.ts";
import { giveOut } from "./tokens.ts";

export async function updateMapRun(
  engine: Engine,
  id: MapRunId,
  { maxConcurrency, ...tolerance }: Change,
  invocationId?: string,
): Promise<"updated" | "absent" | "ended"> {
  const head = await runHead(engine, id);
  if (!head) return "absent";
  if (!isOpen(head.state)) return "ended";
  const news = { kind: "updated", nonce: nonceOf(engine, invocationId) } as const;
  await dispatch(engine, [outliving(engine, newsMessage(id, epochIn(head.state), news))]);
  // 0 is the service's "no limit of your own".
  const change = {
    ...tolerance,
    ...(maxConcurrency !== undefined && { maxConcurrency: maxConcurrency || mostConcurrency }),
  };
  const { state } = await changeRun(engine, id, newsKey(news), (now, at) => changed(now, change, at));
  await sendGiven(engine, id, newsKey(news));
  await engine.world.log.durable();
  return isOpen(state) ? "updated" : "ended";
}

/** What the guard does: it gives out the tokens that there are children for by now, and sends what the call had to send. */
export async function finishUpdate(engine: Engine, run: MapRunId, key: string): Promise<void> {
  await changeRun(engine, run, key, giveMore);
  await sendGiven(engine, run, key);
}

async function sendGiven(engine: Engine, run: MapRunId, key: string): Promise<void> {
  const { state } = await existing(engine, run);
  const gifts = unsentOf(state, key);
  if (gifts.length === 0) return;
  for (const gift of isOpen(state) ? gifts : []) await giveOut(engine, run, state, gift);
  await changeRun(engine, run, key, (now) => allSent(now, key));
}
