/** UpdateMapRun: other limits for a run that is at work. The guard finishes what the call has begun. */
import type { Engine } from "../engine.ts";
import { nonceOf } from "../guard.ts";
import { dispatch, outliving } from "../messages.ts";
import type { MapRunId } from "../ports.ts";
import { newsMessage } from "./ended.ts";
import { changeRun, existing, runHead } from "./log.ts";
import { newsKey } from "./news.ts";
import { type Change, changed, epochIn, giftFor, giveTokens, isOpen, mostConcurrency } from "./run.ts";
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
  await giveMore(engine, id, newsKey(news));
  await engine.world.log.durable();
  return isOpen(state) ? "updated" : "ended";
}

/** Gives out the tokens that MaxConcurrency allows and nobody has; sends what else the change calls for. */
export async function giveMore(engine: Engine, run: MapRunId, key: string): Promise<void> {
  const { state } = await existing(engine, run);
  const gift = giftFor(state);
  if (isOpen(state)) await giveOut(engine, run, state, gift);
  await changeRun(engine, run, key, (now) => (isOpen(now) ? giveTokens(now, gift) : undefined));
}
