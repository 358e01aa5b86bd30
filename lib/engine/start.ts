/**
 * StartExecution: guard, then summary and first segment in one transaction, then the first baton: three
 * round trips. Starting again under the same name with the same input answers the same execution.
 */
import { type JsonText, parseJson } from "../asl/json.ts";
import type { Instant } from "../asl/position.ts";
import { begin } from "../asl/step.ts";
import { isSame } from "./abandoned.ts";
import { decodeSegment } from "./codec.ts";
import { setDeadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { tellLog } from "./execution-log.ts";
import { nonceOf, postGuard } from "./guard.ts";
import { executionId, hashOf, uuidFrom } from "./identity.ts";
import { batonAfter, dispatch } from "./messages.ts";
import { momentWith } from "./moment.ts";
import type { ExecutionId, ExecutionSummary, MachineRecord, SegmentKey } from "./ports.ts";
import { expiry, mine, recordOf, segmentOf } from "./record.ts";
import type { Header, LogTarget, Segment } from "./segment.ts";
import { tellRunning } from "./status.ts";

export interface StartRequest {
  readonly machine: MachineRecord;
  /** The version that `machine` is pinned to, and the alias that chose it: kept with the execution. */
  readonly version?: number;
  readonly alias?: string;
  /** Absent: a name is drawn. */
  readonly name?: string;
  /** JSON text. */
  readonly input: JsonText;
  /** The caller's `amz-sdk-invocation-id`. */
  readonly invocationId?: string;
  /** The claim that waits for its end. */
  readonly parent?: SegmentKey;
  readonly traceHeader?: string;
  readonly log?: LogTarget;
  /** Its Tasks are answered as that test case of the mock configuration says. */
  readonly testCase?: string;
  readonly strictQuotas?: true;
}

export type Started =
  | { readonly kind: "started"; readonly id: ExecutionId; readonly startedAt: Instant }
  /** The name is taken: by one with another input, or by one that has ended. */
  | { readonly kind: "exists"; readonly id: ExecutionId };

export async function startExecution(engine: Engine, request: StartRequest): Promise<Started> {
  parseJson(request.input); // broken JSON ends here, not in a worker
  const { machine } = request;
  const nonce = nonceOf(engine, request.invocationId);
  const id = executionId(machine, machine.name, request.name ?? uuidFrom(nonce));
  const by = await postGuard(engine, id, "", nonce);
  const header = headerFor(engine, id, request);
  const definition = await engine.definition(header.definition);
  // One moment for all: StartTime, ExecutionStarted, the summary, and what TimeoutSeconds count from.
  const moment = { ...momentWith(engine, header, "", 0, request.input), now: header.startedAt };
  const first: Segment = { ...segmentOf(engine, header, moment, begin(definition, moment), by), nonce, header };
  const summary = summaryOf(engine, first, request);

  const answer = await engine.world.executions.start(summary, recordOf(engine, first));
  if (answer.kind === "exists") return settleExisting(engine, answer.summary, summary, nonce, request.parent);
  mine(engine, first);
  await sendFirst(engine, header, first, false);
  return { kind: "started", id, startedAt: summary.startedAt };
}

function headerFor(engine: Engine, id: ExecutionId, request: StartRequest): Header {
  const {
    machine,
    parent,
    version,
    alias,
    traceHeader,
    log,
    testCase,
    strictQuotas = engine.options.strictQuotas,
  } = request;
  return {
    id,
    definition: machine.definitionHash,
    roleArn: machine.roleArn,
    startedAt: engine.world.clock.now(),
    seed: engine.world.chance.hex(16),
    redriveCount: 0,
    epoch: 0,
    ...(parent === undefined ? {} : { parent }),
    ...(version !== undefined && { version }),
    ...(alias !== undefined && { alias }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(log === undefined ? {} : { log }),
    ...(testCase === undefined ? {} : { testCase: { machine: machine.name, name: testCase } }),
    ...(strictQuotas && { strictQuotas }),
  };
}

function summaryOf(engine: Engine, first: Segment, request: StartRequest): ExecutionSummary {
  const { machine, input, version, alias } = request;
  return {
    id: first.execution,
    machine: machine.name,
    name: first.execution.slice(first.execution.lastIndexOf("/") + 1),
    status: "RUNNING",
    startedAt: first.now,
    inputHash: hashOf(input),
    definitionHash: machine.definitionHash,
    epoch: 0,
    ...(version !== undefined && { version }),
    ...(alias !== undefined && { alias }),
    expires: expiry(engine, first.now),
  };
}

/** Our own write seen again (the SDK retried), an equal start of a running execution, or a name that is taken. */
async function settleExisting(
  engine: Engine,
  found: ExecutionSummary,
  wanted: ExecutionSummary,
  nonce: string,
  parent: SegmentKey | undefined,
): Promise<Started> {
  const started = { kind: "started", id: found.id, startedAt: found.startedAt } as const;
  const [record] = await engine.world.log.branch(found.id, "", 0, 1);
  const first = record && decodeSegment(record);
  const isSameInput = found.inputHash === wanted.inputHash;
  if (first?.header && first.nonce === nonce && isSameInput) {
    // Its end would be told to nobody: this comes again, and then the child is redriven with its parent.
    if (parent && !isSame(first.header.parent, parent))
      throw new Error(
        `execution ${found.id} has just been started by an earlier attempt of the state that redrives it`,
      );
    await sendFirst(engine, first.header, first, true);
    return started;
  }
  // Whoever waits for an end is told of it by an execution of its own only.
  if (parent !== undefined || found.status !== "RUNNING" || !isSameInput) return { kind: "exists", id: found.id };
  // Whoever started it may still be waiting for that.
  await engine.world.log.durable();
  return started;
}

/** The message that ends the execution when its time is over, and the first baton. */
async function sendFirst(engine: Engine, header: Header, first: Segment, again: boolean): Promise<void> {
  const definition = await engine.definition(header.definition);
  await setDeadline(engine, header, definition);
  await tellLog(engine, header, first);
  await tellRunning(engine, header, again);
  const baton = batonAfter(engine, header, definition, first);
  if (baton) await dispatch(engine, [baton]);
  await engine.world.log.durable();
}
