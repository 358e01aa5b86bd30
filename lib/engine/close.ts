/**
 * Closing a scope: when its outcome is decided while branches still run, each started, unfinished branch
 * is fenced by an `aborted` segment behind its head. Nothing of a dead scope runs on, and whoever still
 * works for it finds his place in the log taken.
 */

import type { Definition } from "../asl/definition.ts";
import type { EventRef } from "../asl/event.ts";
import type { Forked, Position } from "../asl/position.ts";
import { firstWave } from "../asl/states/fork.ts";
import { step } from "../asl/step.ts";
import { beginning, lastEvent } from "./branch.ts";
import type { Engine } from "./engine.ts";
import { tellLog } from "./execution-log.ts";
import { groupWidth } from "./group-width.ts";
import { headOf } from "./head.ts";
import { branchPath } from "./identity.ts";
import { countEvents, groupsOf, joinKey, report, startedNobody } from "./join.ts";
import { abandonRun, isDistributed } from "./map-run/open.ts";
import { momentAt } from "./moment.ts";
import { expiryAfter, record, segmentOf } from "./record.ts";
import { releasing } from "./release.ts";
import { epochOf, type Header, isToResume, type Segment } from "./segment.ts";
import { goOnUnsent } from "./standing.ts";

/** Branches fenced at a time. */
const fencesAtOnce = 10;

/** Fences what still runs; answers how many history events the branches had in all. */
export async function closeFork(
  engine: Engine,
  header: Header,
  definition: Definition,
  parent: Segment,
  fork: Forked,
  because: EventRef = lastEvent(parent),
): Promise<number> {
  if (isDistributed(fork)) {
    // The children have histories of their own.
    await abandonRun(engine, header, definition, parent, fork);
    return 0;
  }
  const groups = await closeGroups(engine, header, parent, fork);
  const open = startedBranches(fork, groups).filter(
    (index) => !groups[Math.floor(index / groupWidth)]?.finished.has(index),
  );
  for (let from = 0; from < open.length; from += fencesAtOnce) {
    const slice = open.slice(from, from + fencesAtOnce);
    await Promise.all(slice.map((index) => fence(engine, header, definition, parent, fork, index, because)));
  }
  return countEvents(engine, header, parent.branch, fork);
}

/** The same for the fork of a branch that ends with it: answers how many events the branch had beside its own. */
export async function closeNested(
  engine: Engine,
  header: Header,
  definition: Definition,
  branch: Segment,
  fork: Forked,
  because?: EventRef,
): Promise<number> {
  return (await closeFork(engine, header, definition, branch, fork, because)) + firstWave(fork);
}

interface ClosedGroup {
  readonly finished: ReadonlySet<number>;
  /** The places, in the order of the ends, of those that may have started somebody. */
  readonly passedOn: readonly number[];
}

/** From here on no finisher starts a branch. Answers who had finished, group by group. */
async function closeGroups(
  engine: Engine,
  header: Header,
  parent: Segment,
  fork: Forked,
): Promise<readonly ClosedGroup[]> {
  const { joins } = engine.world;
  const groups: ClosedGroup[] = [];
  for (let group = 0; group < groupsOf(fork.width); group++) {
    const key = joinKey(header, parent.branch, fork.claim, group);
    const { finished } = await joins.close(key, expiryAfter(engine, parent.now));
    const waits = fork.concurrency + groupWidth * group < fork.width;
    const reports = waits && finished.length > 0 ? await joins.reports(key) : new Map<number, string>();
    const passedOn = finished.flatMap((index, place) => (startedNobody(reports.get(index)) ? [] : [place]));
    groups.push({ finished: new Set(finished), passedOn });
  }
  return groups;
}

/** The first wave, and whoever the finished ones may have started. */
function startedBranches({ concurrency, width }: Forked, groups: readonly ClosedGroup[]): readonly number[] {
  const started = Array.from({ length: Math.min(concurrency, width) }, (_, index) => index);
  groups.forEach(({ passedOn }, group) => {
    started.push(...passedOn.map((place) => concurrency + groupWidth * group + place).filter((index) => index < width));
  });
  return started;
}

async function fence(
  engine: Engine,
  header: Header,
  definition: Definition,
  parent: Segment,
  fork: Forked,
  index: number,
  because: EventRef,
): Promise<void> {
  const branch = branchPath(parent.branch, fork.claim, index);
  for (;;) {
    const head = await headOf(engine, header.id, branch);
    // The execution is redriven meanwhile: this scope is closed, by somebody else, and perhaps open again.
    if (head && epochOf(head) > header.epoch) return;
    if (head && isToResume(head, header)) {
      await goOnUnsent(engine, header, definition, head, { events: parent.position.events, by: parent.by });
      continue;
    }
    if (head?.position.doing.kind === "ended") {
      const { open, outcome } = head.position.doing;
      // Whoever has fenced it may have died before he told it: it has not been reported.
      if (outcome.status === "ABORTED") await tellLog(engine, header, head);
      const inner = open ? await closeNested(engine, header, definition, head, open, because) : 0;
      await reportFor(engine, header, head, inner);
      return;
    }
    const nested = head && openFork(head.position);
    const inner = nested ? await closeNested(engine, header, definition, head, nested, because) : 0;
    const position = head?.position ?? beginning(definition, { position: parent.position, fork, offset: 0 }, index);
    const moment = await momentAt(engine, header, definition, branch, head ? head.seq + 1 : 0);
    const transition = await step(definition, position, { kind: "aborted", because }, moment);
    const segment = segmentOf(engine, header, moment, transition, parent.by);
    const recorded = await releasing(engine, head, () => record(engine, header, definition, segment));
    if (recorded.kind === "mine") {
      await reportFor(engine, header, recorded.segment, inner);
      return;
    }
  }
}

/**
 * The branch ended, but whoever was to report it may be gone. Without its output, which nobody takes from a scope that
 * is closed: so whoever closes this one again, for a redrive or as a late copy, sees that it started nobody.
 */
async function reportFor(engine: Engine, header: Header, end: Segment, innerEvents: number): Promise<void> {
  await report(engine, header, end, undefined, innerEvents);
}

function openFork(position: Position): Forked | undefined {
  const { doing } = position;
  if (doing.kind === "forked") return doing;
  return doing.kind === "closing" ? doing.fork : undefined;
}
