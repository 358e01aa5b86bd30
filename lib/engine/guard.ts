/**
 * The guard of an append made outside a message: a message that comes later than the caller can live, and
 * finishes what follows from the append if the caller died before it did.
 */
import type { Engine } from "./engine.ts";
import { hashOf } from "./identity.ts";
import { dispatch, messageOf, outliving } from "./messages.ts";
import type { BranchPath, ExecutionId, SegmentKey } from "./ports.ts";
import { expiry } from "./record.ts";
import type { Segment } from "./segment.ts";

/** The nonce of a caller's write: from the SDK's invocation id, so that the SDK's own retry knows its write again. */
export function nonceOf(engine: Engine, invocationId: string | undefined): string {
  return invocationId === undefined ? engine.world.chance.hex(16) : hashOf(invocationId).slice(0, 32);
}

export function guardKey(nonce: string): string {
  return `guard:${nonce}`;
}

/** Whether it was written outside a message. */
export function isGuarded({ by }: Segment): boolean {
  return by.startsWith(guardKey(""));
}

/** Sends the guard and answers the key under which the append is to be made. */
export async function postGuard(
  engine: Engine,
  execution: ExecutionId,
  branch: BranchPath,
  nonce: string,
): Promise<string> {
  const key = guardKey(nonce);
  await dispatch(engine, [outliving(engine, messageOf({ kind: "guard", execution, branch, key }, "flow"))]);
  return key;
}

/**
 * Nothing is left for the guard of the call that wrote this segment. It is kept as a heartbeat, under the number of a
 * segment that claims nothing and so has none.
 */
export async function noteFinished(engine: Engine, { execution, branch, seq }: SegmentKey): Promise<void> {
  const { clock, heartbeats } = engine.world;
  await heartbeats.beat({ execution, branch, seq }, clock.now(), expiry(engine, clock.now()));
}

export async function isFinished({ world }: Engine, { execution, branch, seq }: SegmentKey): Promise<boolean> {
  return (await world.heartbeats.last({ execution, branch, seq })) !== undefined;
}
