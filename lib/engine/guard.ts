/**
 * The guard of an append made outside a message: a message that comes later than the caller can live, and
 * finishes what follows from the append if the caller died before it did.
 */
import type { Engine } from "./engine.ts";
import { hashOf } from "./identity.ts";
import { dispatch, messageOf } from "./messages.ts";
import type { BranchPath, ExecutionId } from "./ports.ts";

/** The nonce of a caller's write: from the SDK's invocation id, so that the SDK's own retry knows its write again. */
export function nonceOf(engine: Engine, invocationId: string | undefined): string {
  return invocationId === undefined ? engine.world.chance.hex(16) : hashOf(invocationId).slice(0, 32);
}

export function guardKey(nonce: string): string {
  return `guard:${nonce}`;
}

/** Sends the guard and answers the key under which the append is to be made. */
export async function postGuard(
  engine: Engine,
  execution: ExecutionId,
  branch: BranchPath,
  nonce: string,
): Promise<string> {
  const key = guardKey(nonce);
  const due = engine.world.clock.now() + engine.options.guardDelayMilliseconds;
  await dispatch(engine, [messageOf({ kind: "guard", execution, branch, key }, "flow", due)]);
  return key;
}
