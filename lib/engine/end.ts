/**
 * Ending an execution from outside: StopExecution, and TimeoutSeconds of the machine. The terminal segment
 * and the summary are one transaction; the fence stops whoever is still at work.
 */

import { step } from "../asl/step.ts";
import type { Signal } from "../asl/transition.ts";
import { settle } from "./answer.ts";
import { decodeSegment } from "./codec.ts";
import { endingOf } from "./effects.ts";
import type { Engine } from "./engine.ts";
import { tellLog } from "./execution-log.ts";
import { headerAt, headOf } from "./head.ts";
import { withFrontier } from "./map-run/ended.ts";
import { momentAt } from "./moment.ts";
import type { ExecutionId } from "./ports.ts";
import { expiry, mine, recordOf, segmentOf } from "./record.ts";
import { releasing } from "./release.ts";
import type { Header, Segment } from "./segment.ts";

export type Ended =
  /** `settled`: what follows is carried out. */
  | { readonly kind: "ended"; readonly segment: Segment; readonly settled: boolean }
  /** It had ended before; `segment` is how. */
  | { readonly kind: "before"; readonly segment: Segment }
  /** It is another time since. */
  | { readonly kind: "not-concerned" }
  | { readonly kind: "absent" };

/** A machine that moves on all the time is caught up with after a few tries. */
const mostTries = 1_000;

/** `concerns`: whether the signal is for the execution as it stands, which may be redriven at any moment; by default it is. */
export async function endExecution(
  engine: Engine,
  id: ExecutionId,
  signal: Signal,
  by: string,
  concerns: (header: Header) => boolean = () => true,
): Promise<Ended> {
  for (let tries = 0; tries < mostTries; tries++) {
    const head = await headOf(engine, id, "");
    if (!head) return { kind: "absent" };
    if (head.position.doing.kind === "ended") return { kind: "before", segment: head };
    const header = await headerAt(engine, head);
    if (!concerns(header)) return { kind: "not-concerned" };
    const definition = await engine.definition(header.definition);
    const moment = await momentAt(engine, header, definition, "", head.seq + 1);
    const transition = await step(definition, head.position, signal, moment);
    const segment = await withFrontier(engine, header, segmentOf(engine, header, moment, transition, by));
    const stop = () =>
      engine.world.executions.stop(
        id,
        endingOf(segment, header, expiry(engine, segment.now)),
        recordOf(engine, segment),
      );
    const answer = await releasing(engine, head, stop);
    if (answer.kind === "taken" && decodeSegment(answer.winner).nonce !== segment.nonce) continue;
    mine(engine, segment);
    await tellLog(engine, header, segment);
    const settled = await settle(engine, header, definition, segment);
    return { kind: "ended", segment, settled };
  }
  throw new Error(`execution ${id} could not be ended in ${mostTries} tries`);
}
