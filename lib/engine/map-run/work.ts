/** The messages to a Map Run: what it is to work on, tokens that begin, and news of its children. */
import type { Instant } from "../../asl/position.ts";
import { keyOf, type RunCommand } from "../command.ts";
import type { Engine } from "../engine.ts";
import type { Verdict } from "../ports.ts";
import { closeChildren } from "./close.ts";
import { healRun } from "./heal.ts";
import { changeRun, existing, follow, type RunHead, roughly } from "./log.ts";
import { readItems } from "./read.ts";
import { countsOf } from "./reports.ts";
import { writeResults } from "./results.ts";
import { groupDone, groupFailing, type Phase } from "./run.ts";
import { workShift } from "./shift.ts";
import { startFirst } from "./tokens.ts";
import { giveMore } from "./update.ts";

/** "overtaken": another copy of the message is at work and further than this one. */
export type Worked = "done" | "overtaken";

const done: Verdict = { kind: "done" };

export async function handleRun(engine: Engine, command: RunCommand): Promise<Verdict> {
  switch (command.kind) {
    case "run-work":
      return work(engine, command);
    case "run-token":
      await startFirst(engine, command.execution, command.token, command.chunk);
      return done;
    case "run-shift":
      return workShift(engine, command);
    case "run-news":
      await hear(engine, command);
      return done;
  }
}

/** A function that takes up a message lives 30 seconds. */
const longestWork = 10_000;

/** For another copy that is at work to come to its end. */
const patience = 30_000;

type Working = Extract<Phase, { readonly charge: unknown }>["kind"];

const workers = {
  reading: readItems,
  closing: closeChildren,
  writing: writeResults,
} satisfies Record<Working, (engine: Engine, head: RunHead, key: string, until: Instant) => Promise<Worked>>;

async function work(engine: Engine, command: Extract<RunCommand, { kind: "run-work" }>): Promise<Verdict> {
  const head = await existing(engine, command.execution);
  const key = keyOf(command);
  // What it was called for is done, and it may have been this very message that was to send the next.
  await follow(engine, head, key);
  const { phase } = head.state;
  if (!("charge" in phase) || phase.charge.seq !== command.seq) return done;
  const { clock } = engine.world;
  const worked = await workers[phase.kind](engine, head, key, clock.now() + longestWork);
  return worked === "done" ? done : { kind: "later", at: clock.now() + patience };
}

async function hear(engine: Engine, command: Extract<RunCommand, { kind: "run-news" }>): Promise<void> {
  const { execution: run, news } = command;
  const key = keyOf(command);
  switch (news.kind) {
    case "group-done": {
      const counts = await countsOf(engine, run, await roughly(engine, run), news.group);
      await changeRun(engine, run, key, (state, at) => groupDone(state, news.group, counts, at));
      return;
    }
    case "failing":
      await changeRun(engine, run, key, (state, at) => groupFailing(state, news.group, news.items, at));
      return;
    case "updated":
      return giveMore(engine, run, key);
    case "heal":
      return healRun(engine, run, news.before ?? Number.POSITIVE_INFINITY);
  }
}
