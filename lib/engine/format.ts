/**
 * The version of the form in which segments and messages are written. Older ones are read for ever; one that is
 * newer than this build of Baton is left to the builds that know it: during a deployment both are at work, and
 * what this one cannot read goes back to the queue.
 */
import type { Engine } from "./engine.ts";
import type { Verdict } from "./ports.ts";

/** Raised when the form changes. */
export const formatVersion = 1;

export class NewerFormat extends Error {}

export function checkFormat(what: string, version: unknown): void {
  if (typeof version === "number" && version >= 1 && version <= formatVersion) return;
  const reads = `this build of Baton reads up to ${formatVersion}; a newer one takes it up`;
  throw new NewerFormat(`${what} has format ${version}, and ${reads}`);
}

/** By then a deployment has gone on; and a message may come a few times before it counts as dead. */
const patienceMilliseconds = 5 * 60_000;

export async function leavingNewer(engine: Engine, work: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NewerFormat)) throw error;
    return { kind: "later", at: engine.world.clock.now() + patienceMilliseconds };
  }
}
