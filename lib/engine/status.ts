/**
 * What executions become, told to those who watch all of them. Told when it stands in the log, and again by
 * whoever finishes what a crash left, so that a watcher may hear of a change twice. Nothing depends on it.
 */
import type { Instant } from "../asl/position.ts";
import type { Occasion } from "./branch.ts";
import type { ExpressRun } from "./command.ts";
import type { Engine } from "./engine.ts";
import type { ExpressEnded } from "./express-start.ts";
import { executionArn, executionName, machineArn } from "./identity.ts";
import { measureStatus } from "./metrics.ts";
import type { ExecutionId, ExecutionStatus } from "./ports.ts";
import type { Header, Segment } from "./segment.ts";
import { statusEvent } from "./status-event.ts";

export interface StatusChange {
  readonly type: "STANDARD" | "EXPRESS";
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly version?: number;
  readonly alias?: string;
  readonly status: ExecutionStatus;
  readonly startedAt: Instant;
  readonly stoppedAt?: Instant;
  readonly redriveCount: number;
  readonly redrivenAt?: Instant;
  /** It may have to be read. */
  readonly input: () => Promise<string>;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Of an Express execution that has ended. */
  readonly billing?: ExpressEnded["billing"];
  /** Told by whoever finishes what a crash may have left: most likely told before. */
  readonly again: boolean;
}

async function tell(engine: Engine, change: StatusChange): Promise<void> {
  measureStatus(engine, change);
  const { statusEvents } = engine.world;
  if (statusEvents && change.type === "STANDARD") await statusEvents.send(await statusEvent(change)); // as on the service
}

/** Asked before a change is put into words: it happens twice in the life of each execution. */
function isWatched({ world }: Engine): boolean {
  return world.metrics !== undefined || world.statusEvents !== undefined;
}

/** It runs: started, or redriven. */
export async function tellRunning(engine: Engine, header: Header, again: boolean): Promise<void> {
  if (!isWatched(engine)) return;
  await tell(engine, { ...common(engine, header, again), status: "RUNNING" });
}

export async function tellEnded(engine: Engine, header: Header, end: Segment, occasion: Occasion): Promise<void> {
  const { doing } = end.position;
  if (doing.kind !== "ended" || !isWatched(engine)) return;
  const { outcome } = doing;
  await tell(engine, {
    ...common(engine, header, occasion === "again"),
    status: outcome.status,
    stoppedAt: end.now,
    ...(outcome.status === "SUCCEEDED" ? { output: outcome.output } : outcome.failure),
  });
}

function common(engine: Engine, header: Header, again: boolean) {
  const { id, startedAt, redriveCount, redriveTime, version, alias } = header;
  return {
    type: "STANDARD",
    executionArn: executionArn(id),
    ...names(id),
    ...(version !== undefined && { version }),
    ...(alias !== undefined && { alias }),
    startedAt,
    redriveCount,
    ...(redriveTime === undefined ? {} : { redrivenAt: redriveTime }),
    input: () => engine.executionInput(id),
    again,
  } as const;
}

function names(id: ExecutionId): Pick<StatusChange, "stateMachineArn" | "name"> {
  const { machine, name, ...tenant } = executionName(id);
  return { stateMachineArn: machineArn(tenant, machine), name };
}

/** Both changes of an Express execution at once: nobody knew of it while it ran. */
export async function tellExpress(engine: Engine, request: ExpressRun, ended: ExpressEnded): Promise<void> {
  if (!isWatched(engine)) return;
  const { execution, version, alias } = request;
  const { outcome, arn, startedAt, stoppedAt, billing } = ended;
  const both = {
    type: "EXPRESS",
    executionArn: arn,
    ...names(execution),
    ...(version !== undefined && { version }),
    ...(alias !== undefined && { alias }),
    startedAt,
    redriveCount: 0,
    input: async () => request.input,
    again: false,
  } as const;
  await tell(engine, { ...both, status: "RUNNING" });
  const { status } = outcome;
  const result = outcome.status === "SUCCEEDED" ? { output: outcome.output } : outcome.failure;
  await tell(engine, { ...both, status, stoppedAt, ...result, billing });
}
