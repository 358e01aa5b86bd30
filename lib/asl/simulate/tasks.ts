/** Task attempts in a simulation: whom they ask, and when the answers come. */
import { writeJson } from "../json.ts";
import type { Branch } from "../memory/branch.ts";
import { appointSignal, isClaimed } from "../memory/run.ts";
import type { Instant, Working } from "../position.ts";
import type { Signal } from "../transition.ts";
import { type Attempt, failureOf, type MockedAttempt } from "./mocks.ts";
import type { Simulation } from "./world.ts";

export async function call(simulation: Simulation, branch: Branch, working: Working): Promise<void> {
  const attempt = attemptOf(simulation, branch, working);
  const mock = await simulation.respond(attempt);
  const mine = () => isClaimed(branch, working.claim);
  const soon = (signal: Signal, at: Instant) => appointSignal(simulation, at, branch, signal, mine);
  const { now } = simulation;
  if (working.call.pattern === "activity") soon(started(mock.workerName), now);
  if (mock.submitted !== undefined) soon({ kind: "submitted", output: writeJson(mock.submitted) }, now);
  const answer = answerOf(mock);
  const answered = now + (mock.after ?? 0);
  const limit = limitOf(working);
  if (answer !== undefined && (limit === undefined || answered < now + limit.milliseconds)) soon(answer, answered);
  else if (limit !== undefined) soon({ kind: "timed-out", by: limit.by }, now + limit.milliseconds);
  else if (timesOut(mock)) soon({ kind: "timed-out", by: "timeout" }, answered);
}

function started(workerName: string | undefined): Signal {
  return workerName === undefined ? { kind: "started" } : { kind: "started", workerName };
}

function timesOut(mock: MockedAttempt): boolean {
  return "timeout" in mock && mock.timeout === true;
}

/** `undefined`: it never answers. */
function answerOf(mock: MockedAttempt): Signal | undefined {
  if ("result" in mock) return { kind: "succeeded", output: writeJson(mock.result) };
  if ("unresolved" in mock || timesOut(mock)) return undefined;
  return { kind: "failed", failure: failureOf("error" in mock || "cause" in mock ? mock : {}) };
}

/** What ends an attempt that never answers. */
function limitOf({ call: { timeoutSeconds, heartbeatSeconds } }: Working) {
  if (heartbeatSeconds !== undefined && heartbeatSeconds < (timeoutSeconds ?? Number.POSITIVE_INFINITY)) {
    return { by: "heartbeat", milliseconds: heartbeatSeconds * 1000 } as const;
  }
  return timeoutSeconds === undefined ? undefined : ({ by: "timeout", milliseconds: timeoutSeconds * 1000 } as const);
}

function attemptOf(simulation: Simulation, branch: Branch, working: Working): Attempt {
  const { state } = branch.position;
  const iteration = iterationOf(branch);
  const scheduling = counted(simulation, [state, iteration]);
  const schedulingOfAll = counted(simulation, [state]);
  const taskToken = simulation.momentOf(branch, working.claim).taskToken();
  return { ...working.call, state, scheduling, schedulingOfAll, iteration, taskToken };
}

/** How often this was counted before. */
function counted({ schedulings }: Simulation, what: readonly unknown[]): number {
  const key = JSON.stringify(what);
  const before = schedulings.get(key) ?? 0;
  schedulings.set(key, before + 1);
  return before;
}

/** The Map states around a branch, innermost first; children of a Map Run count as iterations, too. */
function iterationOf({ parent, index }: Branch): Attempt["iteration"] {
  if (parent === undefined) return [];
  const outer = iterationOf(parent.parent);
  return parent.of.of === "Map" ? [[parent.parent.position.state, index], ...outer] : outer;
}
