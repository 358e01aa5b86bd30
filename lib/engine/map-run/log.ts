/**
 * The log of a Map Run: fenced like that of an execution, a whole state in each segment. Whoever changes the
 * state answers for what follows from it: the phase names the message that it calls for, and the key of the
 * one who has to send that; so a message that comes again sends again, and nobody else does.
 */
import type { Instant } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { NewerFormat } from "../format.ts";
import { dispatch, messageOf } from "../messages.ts";
import type { MapRunId } from "../ports.ts";
import { expiry } from "../record.ts";
import { frontierOf } from "./frontier.ts";
import type { MapRunEntry } from "./ports.ts";
import { epochIn, type Occasion, type RunState } from "./run.ts";

export interface RunHead {
  readonly id: MapRunId;
  readonly seq: number;
  readonly state: RunState;
}

export async function runHead(engine: Engine, id: MapRunId): Promise<RunHead | undefined> {
  const record = await engine.world.log.head(id, "");
  return record && known(engine, { id, seq: record.seq, state: decode(record.body).state });
}

/** As it is, or as this process saw it last: for those who only want to know roughly. */
export async function roughly(engine: Engine, id: MapRunId): Promise<RunState> {
  const seen = engine.mapRuns.get(id);
  return seen ?? (await existing(engine, id)).state;
}

/** Roughly, if it is in the epoch of a message; undefined: it has been redriven since. */
export async function inEpoch(engine: Engine, id: MapRunId, epoch: number): Promise<RunState | undefined> {
  const seen = await roughly(engine, id);
  const isOld = epochIn(seen) < epoch || seen.phase.kind === "reopening";
  const state = isOld ? (await existing(engine, id)).state : seen;
  return epochIn(state) === epoch ? state : undefined;
}

export async function existing(engine: Engine, id: MapRunId): Promise<RunHead> {
  const head = await runHead(engine, id);
  if (!head) throw new Error(`Map Run ${id} has no log`);
  return head;
}

function known(engine: Engine, head: RunHead): RunHead {
  engine.mapRuns.put(head.id, head.state);
  return head;
}

/** Writes the first segment, or answers what stands there. Nothing is sent. */
export async function beginRun(engine: Engine, id: MapRunId, state: RunState): Promise<RunHead> {
  const answer = await engine.world.log.append(recordOf(engine, id, 0, state, engine.world.chance.hex(8)));
  if (answer.kind === "appended") return known(engine, { id, seq: 0, state });
  return existing(engine, id);
}

type Changing = (state: RunState, at: Occasion) => RunState | undefined;

/** A run that moves on all the time is caught up with after a few tries. */
const mostTries = 1_000;

/**
 * Writes the change that news make to a run, if they make any, and sends what follows from it. `key` is the
 * key of the message that brought them.
 */
export async function changeRun(engine: Engine, id: MapRunId, key: string, change: Changing): Promise<RunHead> {
  const nonce = engine.world.chance.hex(8);
  for (let tries = 0; tries < mostTries; tries++) {
    const head = await existing(engine, id);
    const seq = head.seq + 1;
    const state = isOvertaken(head.state, key) ? undefined : change(head.state, occasion(engine, head, key));
    if (!state) {
      await follow(engine, head, key);
      return head;
    }
    const answer = await engine.world.log.append(recordOf(engine, id, seq, state, nonce));
    if (answer.kind === "taken" && decode(answer.winner.body).nonce !== nonce) continue;
    const written = known(engine, { id, seq, state });
    await follow(engine, written, key);
    return written;
  }
  throw new Error(`Map Run ${id} could not be changed in ${mostTries} tries`);
}

function occasion(engine: Engine, { id, seq, state }: RunHead, key: string): Occasion {
  const frontier = frontierOf(engine, id, epochIn(state));
  return { seq: seq + 1, now: engine.world.clock.now(), key, ...(frontier !== undefined && { frontier }) };
}

/**
 * A copy of the worker's message has handed the charge over. What this one still wrote would be his to follow up, and
 * his message may be gone: its other copies find that they are no longer called for.
 */
function isOvertaken({ phase }: RunState, key: string): boolean {
  return key.startsWith("work:") && "charge" in phase && key !== `work:${phase.charge.seq}`;
}

/** Sends what the phase calls for, if it is this message that has to. */
export async function follow(engine: Engine, { id, state }: RunHead, key: string): Promise<void> {
  const { phase } = state;
  const from = "charge" in phase ? phase.charge.from : phase.kind === "ended" ? phase.from : undefined;
  if (from === key) await callFor(engine, { id, state });
}

/** Sends what the phase calls for, whoever had to. */
export async function callFor(engine: Engine, { id, state }: Pick<RunHead, "id" | "state">): Promise<void> {
  const { phase } = state;
  if (phase.kind === "ended") return tellEnd(engine, id, state);
  if ("charge" in phase)
    await dispatch(engine, [messageOf({ kind: "run-work", execution: id, branch: "", seq: phase.charge.seq }, "flow")]);
}

/** Into the list as it is, over what stands there. Where it ends meanwhile, its end stands there already, or will. */
export async function enterInList(engine: Engine, head: Pick<RunHead, "id" | "state">): Promise<void> {
  await engine.world.mapRuns.put(entryOf(engine, head));
}

async function tellEnd(engine: Engine, id: MapRunId, state: RunState): Promise<void> {
  await enterInList(engine, { id, state });
  const { execution, branch, seq: claim } = state.parent;
  await dispatch(engine, [messageOf({ kind: "run-ended", execution, branch, claim, run: id }, "flow")]);
}

export function entryOf(engine: Engine, { id, state }: Pick<RunHead, "id" | "state">): MapRunEntry {
  const { parent, startedAt, phase } = state;
  const epoch = epochIn(state);
  return {
    ...{ id, execution: parent.execution, startedAt, expires: expiry(engine, engine.world.clock.now()) },
    ...(phase.kind === "ended" && { stoppedAt: phase.stoppedAt }),
    ...(epoch > 0 && { epoch }),
  };
}

/** Raised when the form of what a run's log holds changes; older ones stay readable. */
export const runFormatVersion = 1;

export function checkRunFormat(version: number): void {
  if (version > runFormatVersion) throw new NewerFormat(`Map Run format ${version} is newer than this build of Baton`);
}

function recordOf(engine: Engine, id: MapRunId, seq: number, state: RunState, nonce: string) {
  const now: Instant = engine.world.clock.now();
  const body = JSON.stringify({ v: runFormatVersion, n: nonce, t: now, s: state });
  return { execution: id, branch: "", seq, body, expires: expiry(engine, now) };
}

function decode(body: string): { readonly nonce: string; readonly state: RunState } {
  const read = JSON.parse(body);
  checkRunFormat(read.v);
  return { nonce: read.n, state: read.s };
}
