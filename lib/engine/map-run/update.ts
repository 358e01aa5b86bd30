/** UpdateMapRun: other limits for a run that is at work. The guard finishes what the call has begun. */
import type { Engine } from "../engine.ts";
import { nonceOf } from "../guard.ts";
import { dispatch, outliving } from "../messages.ts";
import type { MapRunId } from "../ports.ts";
import { newsMessage } from "./ended.ts";
import { changeRun, runHead } from "./log.ts";
import { newsKey } from "./news.ts";
import { type Change, changed, epochIn, giveMore, isOpen, mostConcurrency } from "./run.ts";
import { sendGiven } from "./tokens.ts";

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
  let isChanged = false;
  const updated = await changeRun(engine, id, newsKey(news), (now, at) => {
    const next = changed(now, change, at);
    isChanged = next !== undefined;
    return next;
  });
  await sendGiven(engine, updated, newsKey(news));
  await engine.world.log.durable();
  // A change can be what ends the run: a tolerance below what has failed already.
  return isChanged ? "updated" : "ended";
}

/** What the guard does: it gives out the tokens that there are children for by now, and sends what the call had to send. */
export async function finishUpdate(engine: Engine, run: MapRunId, key: string): Promise<void> {
  await sendGiven(engine, await changeRun(engine, run, key, giveMore), key);
}
