/** A Map Run begins with its fork, and is closed when nobody waits for it any more: effects of the parent's segments. */
import type { Definition } from "../../asl/definition.ts";
import { runsInMemory } from "../../asl/distributed/in-memory.ts";
import type { Forked, Instant, MapRun } from "../../asl/position.ts";
import { tooLarge } from "../../asl/states/limit.ts";
import { decodeSegment } from "../codec.ts";
import type { Engine } from "../engine.ts";
import { parseMapRunArn } from "../identity.ts";
import type { MapRunId } from "../ports.ts";
import type { Header, Segment } from "../segment.ts";
import { noCounts } from "./counts.ts";
import { beginRun, changeRun, enterInList, entryOf, follow, type RunHead } from "./log.ts";
import { abandoned, type RunState, reopened } from "./run.ts";

type RunFork = Forked & { readonly run: MapRun };

export function isDistributed(fork: Forked): fork is RunFork {
  return fork.run !== undefined;
}

const opener = "open";

/** Begins the run of this fork; again, only its messages. */
export async function openRun(
  engine: Engine,
  header: Header,
  definition: Definition,
  segment: Segment,
  fork: RunFork,
): Promise<void> {
  const begin = await begun(engine, header, definition, segment, fork);
  const { redriveCount } = fork.run;
  if (redriveCount === undefined) return follow(engine, begin, opener);
  const redrive = `redrive:${redriveCount}`;
  const head = await changeRun(engine, begin.id, redrive, (state, at) => reopened(state, redriveCount, at));
  if (head.state.phase.kind !== "ended") await enterInList(engine, head);
}

/** Nobody waits for it any more: its children are stopped. One that has not begun yet begins closed. */
export async function abandonRun(
  engine: Engine,
  header: Header,
  definition: Definition,
  segment: Segment,
  fork: RunFork,
): Promise<void> {
  const { id } = await begun(engine, header, definition, segment, fork);
  await changeRun(engine, id, "abandon", (state, at) => abandoned(state, fork.run.redriveCount ?? 0, at));
}

async function begun(
  engine: Engine,
  header: Header,
  definition: Definition,
  segment: Segment,
  fork: RunFork,
): Promise<RunHead> {
  const id = idOf(fork.run);
  // A test case has its answers in the order of the log, which children in memory do not write.
  const express = header.testCase === undefined && runsInMemory(definition, segment.position.state);
  const startedAt = await startOf(engine, segment, fork.claim);
  const first = firstState(engine, express, segment, fork, startedAt);
  // Before it begins, so that healing finds it whatever is lost; under the fork's own time, so that it stands there once.
  if (fork.run.redriveCount === undefined) await engine.world.mapRuns.enter(entryOf(engine, { id, state: first }));
  return beginRun(engine, id, first);
}

async function startOf(engine: Engine, { execution, branch, seq, now }: Segment, claim: number): Promise<Instant> {
  if (seq === claim) return now;
  const [fork] = await engine.world.log.branch(execution, branch, claim, 1);
  return fork ? decodeSegment(fork).now : now;
}

export function idOf({ arn }: MapRun): MapRunId {
  const id = parseMapRunArn(arn);
  if (!id) throw new Error(`'${arn}' is not the ARN of a Map Run`);
  return id;
}

function firstState(engine: Engine, express: boolean, segment: Segment, fork: RunFork, startedAt: Instant): RunState {
  const { run, claim, concurrency } = fork;
  const { toleratedFailureCount, toleratedFailurePercentage } = run;
  const { execution, branch, position } = segment;
  return {
    parent: { execution, branch, seq: claim },
    state: position.state,
    startedAt,
    ...(express && { express }),
    ...(toleratedFailureCount === undefined ? {} : { toleratedFailureCount }),
    ...(toleratedFailurePercentage === undefined ? {} : { toleratedFailurePercentage }),
    concurrency: [concurrency],
    staged: { chunks: 0, children: 0, items: 0, complete: false },
    tokens: 0,
    given: [],
    done: [],
    counts: noCounts,
    failing: {},
    phase: { kind: "reading", charge: { seq: 0, from: opener } },
    afterwards: run.writer
      ? { kind: "write" }
      : { kind: "hand-over", longest: engine.options.payloadLimitBytes, tooLong: tooLarge(position.state).failure },
  };
}
