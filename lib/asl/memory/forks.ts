/** Forks in memory: branches start, join, and are fenced; the children of a simulated Map Run likewise. */
import type { Definition } from "../definition.ts";
import { inItsPlace } from "../distributed/tolerance.ts";
import type { Failure, Forked, Outcome, Position } from "../position.ts";
import { firstWave } from "../states/fork.ts";
import { type Branch, beginning, type Fork, newFork } from "./branch.ts";
import { appoint, isRunning, type MapRuns, type Run } from "./run.ts";

export async function openFork(run: Run, parent: Branch, of: Forked): Promise<void> {
  if (of.run === undefined) {
    parent.open = newFork(parent, of);
    startWave(run, parent.open);
    return;
  }
  const read = await mapRunsOf(run).inputsOf(parent, of);
  if (read.kind === "failed") {
    await run.advance(run, parent, { kind: "failed", failure: read.failure });
    return;
  }
  parent.open = newFork(parent, of, read.inputs);
  if (read.inputs.length === 0) await join(run, parent.open);
  else startWave(run, parent.open);
}

/** An EXPRESS machine is not created with a Distributed Map, so only simulations have Map Runs. */
function mapRunsOf({ mapRuns }: Run): MapRuns {
  if (mapRuns === undefined) throw new Error("a Distributed Map cannot run inside an execution in memory");
  return mapRuns;
}

function startWave(run: Run, fork: Fork): void {
  for (let index = 0; index < Math.min(fork.of.concurrency, fork.width); index += 1) launch(run, fork, undefined);
}

function launch(run: Run, fork: Fork, after: Branch | undefined): void {
  const index = fork.started;
  fork.started += 1;
  const path = `${fork.parent.path}/${fork.of.claim}.${index}`;
  const isChild = fork.inputs !== undefined;
  const branch = isChild ? mapRunsOf(run).childOf(fork, path, index) : branchOf(fork, path, index, after);
  fork.branches.push(branch);
  const begin = () => (isChild ? run.start(run, branch) : run.advance(run, branch, { kind: "arrived" }));
  appoint(run, run.now, begin, () => branch.seq === 0 && isRunning(branch));
}

function branchOf(fork: Fork, path: string, index: number, after: Branch | undefined): Branch {
  const { parent } = fork;
  const { home } = parent;
  const position = beginning(fork, index, startOf(home.definition, parent, index), after);
  return { path, home, position, seq: 0, parent: fork, index, open: undefined, endedAt: 0 };
}

function startOf(definition: Definition, parent: Branch, index: number): string {
  const state = definition.states.get(parent.position.state);
  const branch =
    state?.type === "Parallel" ? state.branches[index] : state?.type === "Map" ? state.processor : undefined;
  if (branch === undefined) throw new Error(`'${parent.position.state}' has no branch ${index}`);
  return branch.startAt;
}

export async function end(run: Run, branch: Branch, outcome: Outcome): Promise<void> {
  branch.endedAt = run.now;
  if (branch.open !== undefined) await fence(run, branch);
  const fork = branch.parent;
  if (fork === undefined) return;
  fork.finished += 1;
  if (fork.inputs === undefined) fork.events += eventsOf(branch);
  if (fork.closed) return;
  if (outcome.status === "SUCCEEDED") fork.outputs[branch.index] = outcome.output;
  else {
    const failure = fork.inputs === undefined ? outcome.failure : mapRunsOf(run).tolerates(fork, outcome.failure);
    if (failure !== "tolerated") return branchFailed(run, fork, branch, failure);
    fork.outputs[branch.index] = inItsPlace(outcome);
  }
  if (fork.started < fork.width) launch(run, fork, branch);
  else if (fork.finished === fork.width) await join(run, fork);
}

/** A branch that ended over an open fork of its own has not counted that one's events. */
function eventsOf({ position, open }: Branch): number {
  const own = position.events - (position.scope?.eventsBefore ?? 0);
  return open === undefined ? own : own + open.events + firstWave(open.of);
}

async function join(run: Run, fork: Fork): Promise<void> {
  const outputs = fork.outputs.filter((one) => one !== undefined);
  const result = fork.inputs === undefined ? undefined : mapRunsOf(run).written(fork);
  fork.parent.open = undefined;
  const joined = { kind: "joined", outputs, events: fork.events } as const;
  await run.advance(run, fork.parent, result === undefined ? joined : { ...joined, written: result });
}

async function branchFailed(run: Run, fork: Fork, branch: Branch, failure: Failure): Promise<void> {
  const at = eventIn(branch, branch.position.previous);
  await run.advance(run, fork.parent, { kind: "branch-failed", index: branch.index, failure, at });
}

/** Ends every branch of the open fork that still runs, the inner ones first. */
export async function fence(
  run: Run,
  parent: Branch,
  because = eventIn(parent, parent.position.previous),
): Promise<void> {
  const fork = parent.open;
  if (fork === undefined) return;
  fork.closed = true;
  for (const branch of fork.branches) {
    if (!isRunning(branch)) continue;
    if (branch.open !== undefined) await fence(run, branch, because);
    if (fork.inputs === undefined) await run.advance(run, branch, { kind: "aborted", because });
    else await run.advance(run, branch, { kind: "stopped", failure: {} });
  }
}

function eventIn(branch: Branch, reference: Position["previous"]): Position["previous"] {
  return typeof reference === "number" ? { branch: branch.path, event: reference } : reference;
}
