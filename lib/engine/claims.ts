/** The messages that answer a claim: a fork joined, a branch failed, a task's time is over. */
import type { Instant } from "../asl/position.ts";
import type { Signal } from "../asl/transition.ts";
import { type Answer, answerOpenClaim } from "./answer.ts";
import { startedOutput } from "./child.ts";
import { childResult } from "./child-result.ts";
import { type Command, keyOf } from "./command.ts";
import type { Engine } from "./engine.ts";
import { executionArn } from "./identity.ts";
import { readReports } from "./join.ts";
import { handedOver, hasEnded } from "./map-run/handed.ts";
import { dispatch, isEarly, messageOf } from "./messages.ts";
import type { Delivery, SegmentKey, Verdict } from "./ports.ts";
import { invisibleUntil, redelivered } from "./redelivery.ts";
import { epochOf, type Header, type Segment } from "./segment.ts";

type Claiming = Extract<
  Command,
  { readonly kind: "joined" | "branch-failed" | "task-timer" | "child-ended" | "run-ended" }
>;

export async function answerClaim(engine: Engine, command: Claiming, delivery: Delivery): Promise<Verdict> {
  const { execution, branch, claim } = command;
  let early: Instant | undefined;
  const tooEarly = (due: Instant): void => {
    early = due;
  };
  const place = { execution, branch, seq: claim };
  // A child may have ended before whoever started it could say so.
  if (command.kind === "child-ended") {
    await answerOpenClaim(engine, place, startedAnswer(engine, command), keyOf(command));
  }
  const outcome = await answerOpenClaim(engine, place, answerOf(engine, command, tooEarly), keyOf(command));
  if (command.kind === "task-timer" && early !== undefined) return ringAgain(engine, command, delivery, early);
  // Not answered now, but perhaps by this very message before: then what follows is still its charge.
  return outcome === "answered" ? { kind: "done" } : redelivered(engine, command, delivery);
}

function answerOf(engine: Engine, command: Claiming, tooEarly: (due: Instant) => void): Answer {
  switch (command.kind) {
    case "run-ended":
      return async ({ position: { doing } }) =>
        doing.kind === "forked" ? handedOver(engine, command.run, doing.run?.redriveCount ?? 0) : undefined;
    case "joined":
      return async (head, header) => (isOfNow(command, head) ? joined(engine, head, header) : undefined);
    case "branch-failed":
      return async (head) => {
        const { index, failure, at } = command;
        const isOpen = head.position.doing.kind === "forked" && isOfNow(command, head);
        return isOpen ? { kind: "branch-failed", index, failure, at } : undefined;
      };
    case "task-timer":
      return async (head) => {
        const due = await timeOutOf(engine, command, head);
        if (due === undefined) return undefined;
        if (!isEarly(engine, due)) return { kind: "timed-out", by: command.by };
        tooEarly(due);
        return undefined;
      };
    case "child-ended":
      return (head) => childResult(engine, head, command.child);
  }
}

/** A fork that is opened again keeps its claim: what its branches came to before the redrive is old news. */
function isOfNow({ epoch = 0 }: { readonly epoch?: number }, head: Segment): boolean {
  return epochOf(head) === epoch;
}

function startedAnswer(engine: Engine, { child }: Extract<Claiming, { kind: "child-ended" }>): Answer {
  return async ({ position: { doing } }) => {
    if (doing.kind !== "working" || doing.submitted) return undefined;
    const { startedAt } = await engine.header(child);
    return { kind: "submitted", output: startedOutput(executionArn(child), startedAt) };
  };
}

/** All outputs in branch order; nothing to say once the fork is closing. */
async function joined(engine: Engine, head: Segment, header: Header): Promise<Signal | undefined> {
  const { doing } = head.position;
  if (doing.kind !== "forked") return undefined;
  const reports = await readReports(engine, header, head.branch, doing);
  const outputs = reports.flatMap(({ output }) => (output === undefined ? [] : [output]));
  // One of them failed: its own message to this claim is under way, and decides.
  if (outputs.length < doing.width) return undefined;
  return { kind: "joined", outputs, events: reports.reduce((sum, report) => sum + report.events, 0) };
}

/** Ends the branch whose fork has come to its end: nobody can take the outputs. False: it does not wait for that. */
export async function giveUpFork(
  engine: Engine,
  command: Extract<Claiming, { kind: "joined" | "run-ended" }>,
  cause: string,
): Promise<boolean> {
  const { execution, branch, claim } = command;
  const poisoned = async (head: Segment): Promise<Signal | undefined> => {
    if (head.position.doing.kind !== "forked") return undefined;
    const isNews = command.kind === "joined" ? isOfNow(command, head) : await hasEnded(engine, command.run, head);
    return isNews ? { kind: "poisoned", cause } : undefined;
  };
  const place = { execution, branch, seq: claim };
  return (await answerOpenClaim(engine, place, poisoned, keyOf(command))) === "answered";
}

type Timer = Extract<Command, { kind: "task-timer" }>;

/** When the attempt's time is over; undefined: it does not wait any more. */
export async function timeOutOf(engine: Engine, timer: Timer, { position }: Segment): Promise<Instant | undefined> {
  const { doing } = position;
  if (doing.kind !== "working") return undefined;
  const { timeoutSeconds = 0, heartbeatSeconds = 0 } = doing.call;
  if (timer.by === "timeout") return doing.since + timeoutSeconds * 1_000;
  const claim = { execution: timer.execution, branch: timer.branch, seq: timer.claim };
  return heartbeatDue(engine, claim, doing.since, heartbeatSeconds);
}

/** When the next heartbeat has to have come. */
export async function heartbeatDue(
  { world }: Engine,
  claim: SegmentKey,
  since: Instant,
  heartbeatSeconds: number,
): Promise<Instant> {
  const last = (await world.heartbeats.last(claim)) ?? since;
  return Math.max(last, since) + heartbeatSeconds * 1_000;
}

/** Queues set messages aside after 20 receives. */
const mostReceives = 10;

/**
 * A heartbeat may have come since the timer was set, and clocks differ: then it rings again. The message
 * itself waits for that, since copies that each send another one would become more and more.
 */
async function ringAgain(engine: Engine, timer: Timer, delivery: Delivery, due: Instant): Promise<Verdict> {
  if (delivery.receives < mostReceives) return { kind: "later", at: invisibleUntil(engine, due) };
  await dispatch(engine, [messageOf(timer, "flow", due)]);
  return { kind: "done" };
}
