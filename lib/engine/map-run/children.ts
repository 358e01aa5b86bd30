/**
 * Starting a child of a Map Run: an execution of its own under a name that follows from its place in the
 * run. It needs no guard: the message that starts it comes again until it is started and on its way.
 */
import type { JsonText } from "../../asl/json.ts";
import type { Instant } from "../../asl/position.ts";
import { begin, step } from "../../asl/step.ts";
import type { Transition } from "../../asl/transition.ts";
import type { Engine } from "../engine.ts";
import { tellLog } from "../execution-log.ts";
import { headOf } from "../head.ts";
import { childId, executionName, hashOf, ownName } from "../identity.ts";
import { batonAfter, dispatch } from "../messages.ts";
import { momentWith } from "../moment.ts";
import type { ExecutionId, ExecutionSummary, MapRunId } from "../ports.ts";
import { expiry, mine, recordOf, segmentOf } from "../record.ts";
import type { Header, Membership, Segment } from "../segment.ts";
import { tellRunning } from "../status.ts";
import { tracedOf, traceOfCall } from "../traces.ts";
import type { RunState } from "./run.ts";

export interface NewChild extends Omit<Membership, "id"> {
  readonly input: JsonText;
}

/** Starts it if nobody has; if somebody has and may have died right after, sends it on its way again. */
export async function startChild(engine: Engine, run: MapRunId, state: RunState, child: NewChild): Promise<void> {
  const { header, first } = await firstOf(engine, run, state, child);
  const definition = await engine.definition(header.definition);
  const answer = await engine.world.executions.start(
    summaryOf(engine, header, first, child.input),
    recordOf(engine, first),
  );
  const newest = answer.kind === "started" ? first : await headOf(engine, header.id, "");
  if (answer.kind === "started") mine(engine, first);
  if (newest?.seq !== 0) return;
  await tellLog(engine, header, newest);
  await tellRunning(engine, header, answer.kind !== "started");
  const baton = batonAfter(engine, newest.header ?? header, definition, newest);
  if (baton) await dispatch(engine, [baton]);
}

/** Writes down that it was stopped before it began, unless it has begun. */
export async function preventChild(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  child: NewChild,
): Promise<{ readonly kind: "prevented"; readonly startedAt: Instant } | { readonly kind: "begun" }> {
  const { header, first } = await firstOf(engine, run, state, child, true);
  const summary = {
    ...summaryOf(engine, header, first, child.input),
    status: "ABORTED",
    stoppedAt: first.now,
  } as const;
  const answer = await engine.world.executions.start(summary, recordOf(engine, first));
  return answer.kind === "started" ? { kind: "prevented", startedAt: header.startedAt } : { kind: "begun" };
}

async function firstOf(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  { input, ...place }: NewChild,
  isStopped = false,
): Promise<{ readonly header: Header; readonly first: Segment }> {
  const parent = await engine.header(state.parent.execution);
  const header = headerOf(engine, childId(run, place.index), parent, state, { id: run, ...place });
  const definition = await engine.definition(header.definition);
  const moment = { ...momentWith(engine, header, "", 0, input), now: header.startedAt };
  const begun = begin(definition, moment);
  const transition: Transition = isStopped
    ? await step(definition, begun.next, { kind: "stopped", failure: {} }, moment)
    : begun;
  const events = isStopped ? [...begun.events, ...transition.events] : begun.events;
  const segment = segmentOf(engine, header, moment, { ...transition, events }, `start:${place.index}`);
  return { header, first: { ...segment, header } };
}

function headerOf(engine: Engine, id: ExecutionId, parent: Header, run: RunState, mapRun: Membership): Header {
  const [hash] = parent.definition.split("#");
  const traceHeader = traceOfCall(engine, () => tracedOf(parent), run.parent, parent.traceHeader);
  return {
    id,
    definition: `${hash}#${run.state}`,
    roleArn: parent.roleArn,
    startedAt: engine.world.clock.now(),
    seed: engine.world.chance.hex(16),
    redriveCount: 0,
    epoch: 0,
    mapRun,
    ...(parent.version !== undefined && { version: parent.version }),
    ...(parent.alias !== undefined && { alias: parent.alias }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(parent.log === undefined ? {} : { log: parent.log }),
    ...(parent.testCase && { testCase: parent.testCase }),
    ...(parent.strictQuotas && { strictQuotas: parent.strictQuotas }),
  };
}

function summaryOf(engine: Engine, header: Header, first: Segment, input: JsonText): ExecutionSummary {
  const [definitionHash = ""] = header.definition.split("#");
  return {
    id: header.id,
    machine: executionName(header.id).machine,
    name: ownName(header.id),
    status: "RUNNING",
    startedAt: first.now,
    inputHash: hashOf(input),
    definitionHash,
    epoch: 0,
    expires: expiry(engine, first.now),
    ...(header.mapRun && { mapRun: header.mapRun.id, itemCount: header.mapRun.items }),
  };
}
