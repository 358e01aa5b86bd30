/** The messages that answer a claim: a fork joined, a branch failed, a task's time is over. */
import type { Signal } from "../asl/transition.ts";
import { type Answer, answerOpenClaim } from "./answer.ts";
import { type Command, keyOf } from "./command.ts";
import type { Engine } from "./engine.ts";
import { readReports } from "./join.ts";
import { dispatch, messageOf } from "./messages.ts";
import type { Delivery, Verdict } from "./ports.ts";
import { redelivered } from "./redelivery.ts";
import type { Header, Segment } from "./segment.ts";

type Claiming = Extract<Command, { readonly claim: number }>;

export async function answerClaim(engine: Engine, command: Claiming, delivery: Delivery): Promise<Verdict> {
  const { execution, branch, claim } = command;
  const outcome = await answerOpenClaim(
    engine,
    { execution, branch, seq: claim },
    answerOf(engine, command),
    keyOf(command),
  );
  // Not answered now, but perhaps by this very message before: then what follows is still its charge.
  return outcome === "answered" ? { kind: "done" } : redelivered(engine, command, delivery);
}

function answerOf(engine: Engine, command: Claiming): Answer {
  switch (command.kind) {
    case "joined":
      return (head, header) => joined(engine, head, header);
    case "branch-failed":
      return async (head) => {
        const { index, failure, at } = command;
        return head.position.doing.kind === "forked" ? { kind: "branch-failed", index, failure, at } : undefined;
      };
    case "task-timer":
      return (head) => timedOut(engine, command, head);
  }
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

/** A heartbeat may have come since the timer was set: then it is set again from the latest one. */
async function timedOut(
  engine: Engine,
  command: Extract<Command, { kind: "task-timer" }>,
  head: Segment,
): Promise<Signal | undefined> {
  const { doing } = head.position;
  if (doing.kind !== "working") return undefined;
  if (command.by === "timeout") return { kind: "timed-out", by: "timeout" };
  const claim = { execution: command.execution, branch: command.branch, seq: command.claim };
  const last = (await engine.world.heartbeats.last(claim)) ?? doing.since;
  const due = last + (doing.call.heartbeatSeconds ?? 0) * 1_000;
  if (due <= engine.world.clock.now()) return { kind: "timed-out", by: "heartbeat" };
  await dispatch(engine, [messageOf(command, "flow", due)]);
  return undefined;
}
