/** StopExecution: ends a running execution as ABORTED, with every branch of it; one that has ended stays as it is. */
import type { Failure, Instant } from "../asl/position.ts";
import { endExecution } from "./end.ts";
import type { Engine } from "./engine.ts";
import { nonceOf, noteFinished, postGuard } from "./guard.ts";
import type { ExecutionId } from "./ports.ts";

export type Stopped = { readonly kind: "stopped"; readonly stoppedAt: Instant } | { readonly kind: "absent" };

export async function stopExecution(
  engine: Engine,
  id: ExecutionId,
  failure: Failure,
  invocationId?: string,
): Promise<Stopped> {
  if (!(await engine.world.executions.find(id))) return { kind: "absent" };
  const by = await postGuard(engine, id, "", nonceOf(engine, invocationId));
  const ended = await endExecution(engine, id, { kind: "stopped", failure }, by);
  await engine.world.log.durable();
  if (ended.kind === "ended" && ended.settled) await noteFinished(engine, ended.segment);
  if (ended.kind === "absent" || ended.kind === "not-concerned") return { kind: "absent" };
  return { kind: "stopped", stoppedAt: ended.segment.now };
}
