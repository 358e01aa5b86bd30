/** A branch ends because a sibling failed or its parent ended. */
import type { Definition } from "../definition.ts";
import type { EventRef } from "../event.ts";
import type { Position, Working } from "../position.ts";
import type { Moment, Transition } from "../transition.ts";
import { finish } from "./finish.ts";
import { type Journal, openJournal, remark } from "./journal.ts";
import { readResource } from "./resource.ts";
import { writeTimedOut } from "./task.ts";

/** `undefined`: the branch is over already. */
export function abort(
  definition: Definition,
  position: Position,
  because: EventRef,
  moment: Moment,
): Transition | undefined {
  const { doing } = position;
  if (doing.kind === "ended") return undefined;
  const journal = openJournal(position);
  if (doing.kind === "working") tellTimeout(doing, journal, moment);
  journal.previous = because;
  const outcome = { status: "ABORTED", failure: {} } as const;
  const open = doing.kind === "forked" ? doing : doing.kind === "closing" ? doing.fork : undefined;
  // A branch of a later wave that never ran has never been heard of, so it ends without a word.
  if (doing.kind === "beginning" && position.scope?.firstWave === false) {
    return { events: [], next: { ...position, doing: { kind: "ended", outcome } } };
  }
  const ended = finish({ position, journal }, outcome, open);
  abortState(definition, position, journal, moment);
  return { events: journal.events, next: { ...ended.next, events: journal.count } };
}

/** An attempt whose time was over as well says so first (recorded on AWS: siblings with the same TimeoutSeconds). */
function tellTimeout({ call, since, submitted }: Working, journal: Journal, moment: Moment): void {
  // The time of an activity's task counts from its start.
  if (call.pattern === "activity" && !submitted) return;
  if (call.timeoutSeconds === undefined || moment.now < since + call.timeoutSeconds * 1000) return;
  writeTimedOut(journal, readResource(call.resource));
}

/** The word of the state that the branch is in comes after that of its iteration, as for the failing branch. */
function abortState(definition: Definition, position: Position, journal: Journal, moment: Moment): void {
  const { doing } = position;
  if (doing.kind === "beginning") return;
  if (doing.kind === "arriving") {
    // The tail of a Wait: it is left on paper only, and the reader drops what lies ahead of the abort.
    if (doing.notBefore !== undefined && doing.notBefore > moment.now) remark(journal, "WaitStateAborted");
    return;
  }
  const type = definition.states.get(position.state)?.type;
  if (type === "Task" || type === "Wait" || type === "Map" || type === "Parallel")
    remark(journal, `${type}StateAborted`);
}
