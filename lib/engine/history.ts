/**
 * The history of an execution as Step Functions returns it: the segments of all branches, found by
 * following the forks from the root, merged and numbered.
 */

import { type AwsHistoryEvent, type SegmentEvents, unfoldHistory } from "../asl/history.ts";
import { decodeSegment } from "./codec.ts";
import type { Engine } from "./engine.ts";
import { headOf } from "./head.ts";
import { groupsOf } from "./join.ts";
import type { BranchGroup, ExecutionId } from "./ports.ts";
import { epochOf, firstEvent, type Segment } from "./segment.ts";
import { isForGood } from "./settled.ts";

/**
 * The events, in order: all, or at least the first `most`. While the execution runs, what lies in the future is left
 * out.
 */
export async function readHistory(
  engine: Engine,
  id: ExecutionId,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly AwsHistoryEvent[]> {
  const head = await headOf(engine, id, "");
  const known = head && engine.histories.get(head);
  if (known) return known.first(most);
  const { segments, bytes } = await readRecords(engine, id);
  const now = engine.world.clock.now();
  const history = unfoldHistory(segments.map(eventsOf), now);
  const end = newestOfRoot(segments);
  if (end && isForGood(end, now)) engine.histories.put(end, history, bytes);
  return history.first(most);
}

function newestOfRoot(segments: readonly Segment[]): Segment | undefined {
  const root = segments.filter(({ branch }) => branch === "");
  return root.reduce<Segment | undefined>(
    (last, segment) => (last && last.seq > segment.seq ? last : segment),
    undefined,
  );
}

/** Every segment of an execution, branch by branch. */
export async function readSegments(engine: Engine, id: ExecutionId): Promise<readonly Segment[]> {
  return (await readRecords(engine, id)).segments;
}

async function readRecords(engine: Engine, id: ExecutionId): Promise<{ segments: readonly Segment[]; bytes: number }> {
  const segments: Segment[] = [];
  let bytes = 0;
  const groups: (BranchGroup | undefined)[] = [undefined];
  while (groups.length > 0) {
    for await (const page of engine.world.log.read(id, groups.pop())) {
      for (const record of page) {
        const segment = decodeSegment(record);
        segments.push(segment);
        bytes += record.body.length;
        groups.push(...groupsIn(segment));
      }
    }
  }
  return { segments, bytes };
}

/** Where the branches are that this segment forked. */
export function groupsIn(segment: Segment): readonly BranchGroup[] {
  const { doing } = segment.position;
  if (doing.kind !== "forked" || doing.claim !== segment.seq || doing.run) return [];
  return Array.from({ length: groupsOf(doing.width) }, (_, group) => ({
    parent: segment.branch,
    forkSeq: segment.seq,
    group,
  }));
}

/** As its events are numbered. */
export function eventsOf(segment: Segment): SegmentEvents {
  const { branch, seq, now, events, position } = segment;
  const { doing } = position;
  const shown = { branch, seq, now, firstEvent: firstEvent(segment), events };
  const epoch = epochOf(segment);
  if (epoch === 0 && doing.kind !== "forked") return shown;
  const forked = doing.kind === "forked" && doing.claim === seq && !doing.run;
  return {
    ...shown,
    ...(epoch > 0 && { epoch }),
    ...(doing.kind === "forked" && doing.reopened && { reopens: doing.claim }),
    ...(forked
      ? { fork: { of: doing.of, name: position.state, width: doing.width, concurrency: doing.concurrency } }
      : {}),
  };
}
