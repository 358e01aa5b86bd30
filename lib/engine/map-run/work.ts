/** The messages to a Map Run: what it is to work on, tokens that begin, and news of its children. */
import type { Instant } from "../../asl/position.ts";
import { keyOf, type RunCommand } from "../command.ts";
import type { Engine } from "../engine.ts";
import type { Verdict } from "../ports.ts";
import { closeChildren } from "./close.ts";
import { healRun } from "./heal.ts";
import { keepRun } from "./keep.ts";
import { changeRun, existing, follow, inEpoch, type RunHead } from "./log.ts";
import { longestWork } from "./longest-work.ts";
import { newsKey } from "./news.ts";
import { readItems } from "./read.ts";
import { redriveTaken, reopenRun } from "./redrive.ts";
import { countsOf } from "./reports.ts";
import { writeResults } from "./results.ts";
import { closeRun, epochIn, groupDone, groupFailing, type Phase, type RunState, writingEnded } from "./run.ts";
import { workShift } from "./shift.ts";
import { sendGiven, startFirst } from "./tokens.ts";
import { finishUpdate } from "./update.ts";

/** "overtaken": another copy of the message is at work and further than this one. */
export type Worked = "done" | "overtaken";

const done: Verdict = { kind: "done" };

export async function handleRun(engine: Engine, command: RunCommand): Promise<Verdict> {
  switch (command.kind) {
    case "run-work":
      return work(engine, command);
    case "run-token":
      await startFirst(
        engine,
        { run: command.execution, epoch: command.epoch ?? 0, token: command.token },
        command.chunk,
      );
      return done;
    case "run-shift":
      return workShift(engine, command);
    case "run-redrive":
      await redriveTaken(engine, command);
      return done;
    case "run-news":
      await hear(engine, command);
      return done;
  }
}

/** For another copy that is at work to come to its end. */
const patience = 30_000;

type Working = Extract<Phase, { readonly charge: unknown }>["kind"];

const workers = {
  reopening: reopenRun,
  reading: readItems,
  closing: closeChildren,
  writing: writeResults,
} satisfies Record<Working, (engine: Engine, head: RunHead, key: string, until: Instant) => Promise<Worked>>;

type RunWork = Extract<RunCommand, { kind: "run-work" }>;

async function work(engine: Engine, command: RunWork): Promise<Verdict> {
  const head = await existing(engine, command.execution);
  const key = keyOf(command);
  // What it was called for is done, and it may have been this very message that was to send the next.
  await follow(engine, head, key);
  await sendGiven(engine, head, key);
  const { phase } = head.state;
  if (!("charge" in phase) || phase.charge.seq !== command.seq) return done;
  const { clock } = engine.world;
  const worked = await workers[phase.kind](engine, head, key, clock.now() + longestWork);
  return worked === "done" ? done : { kind: "later", at: clock.now() + patience };
}

/**
 * The run fails, for no worker can do this. False: it is not called for; or children are to be stopped, which has to
 * be done.
 */
export async function giveUpWork(engine: Engine, command: RunWork, cause: string): Promise<boolean> {
  const { id, state } = await existing(engine, command.execution);
  const { phase } = state;
  if (!("charge" in phase) || phase.charge.seq !== command.seq || phase.kind === "closing") return false;
  const outcome = { status: "FAILED", failure: { error: "States.Runtime", cause } } as const;
  const end = phase.kind === "writing" ? writingEnded : closeRun;
  await changeRun(engine, id, keyOf(command), (now, at) => end(now, outcome, at));
  return true;
}

async function hear(engine: Engine, command: Extract<RunCommand, { kind: "run-news" }>): Promise<void> {
  const { execution: run, epoch = 0, news } = command;
  if (news.kind === "heal") return healRun(engine, run, epoch, news);
  if (news.kind === "keep") return keepRun(engine, run, epoch, news);
  // The call may have come to a run that was redriven since it sent this.
  if (news.kind === "updated") return finishUpdate(engine, run, newsKey(news));
  const state = await inEpoch(engine, run, epoch);
  if (!state) return;
  const key = keyOf(command);
  const ofNow = (now: RunState): true | undefined => (epochIn(now) === epoch ? true : undefined);
  switch (news.kind) {
    case "group-done": {
      const counts = await countsOf(engine, run, state, news.group);
      await changeRun(engine, run, key, (now, at) => ofNow(now) && groupDone(now, news.group, counts, at));
      return;
    }
    case "failing":
      await changeRun(engine, run, key, (now, at) => ofNow(now) && groupFailing(now, news.group, news.items, at));
      return;
  }
}
