/**
 * What executions become, told to those who watch all of them. Told when it stands in the log, and again by
 * whoever finishes what a crash left, so that a watcher may hear of a change twice. Nothing depends on it.
 */
import type { Instant } from "../asl/position.ts";
import type { Occasion } from "./branch.ts";
import type { Engine } from "./engine.ts";
import type { ExpressEnded } from "./express-start.ts";
import { executionArn, executionName, machineArn } from "./identity.ts";
import type { ExecutionId } from "./ports.ts";
import type { Header, Segment } from "./segment.ts";
import type { StatusChange } from "./watch-port.ts";

/** It runs: started, or redriven. */
export async function tellRunning(engine: Engine, header: Header, again: boolean): Promise<void> {
  await engine.world.watcher?.changed({ ...common(engine, header, again), status: "RUNNING" });
}

export async function tellEnded(engine: Engine, header: Header, end: Segment, occasion: Occasion): Promise<void> {
  const { doing } = end.position;
  if (engine.world.watcher === undefined || doing.kind !== "ended") return;
  const { outcome } = doing;
  await engine.world.watcher.changed({
    ...common(engine, header, occasion === "again"),
    status: outcome.status,
    stoppedAt: end.now,
    ...(outcome.status === "SUCCEEDED" ? { output: outcome.output } : outcome.failure),
  });
}

function common(engine: Engine, { id, startedAt, redriveCount, redriveTime }: Header, again: boolean) {
  return {
    type: "STANDARD",
    executionArn: executionArn(id),
    ...names(id),
    startedAt,
    redriveCount,
    ...(redriveTime === undefined ? {} : { redrivenAt: redriveTime }),
    input: () => engine.executionInput(id),
    again,
  } as const;
}

function names(id: ExecutionId): Pick<StatusChange, "stateMachineArn" | "machine" | "name"> {
  const { machine, name, ...tenant } = executionName(id);
  return { stateMachineArn: machineArn(tenant, machine), machine, name };
}

/** Both changes of an Express execution at once: nobody knew of it while it ran. */
export async function tellExpress(engine: Engine, id: ExecutionId, input: string, ended: ExpressEnded): Promise<void> {
  const { watcher } = engine.world;
  if (watcher === undefined) return;
  const { outcome, arn, billing } = ended;
  const startedAt: Instant = ended.startedAt;
  const both = { type: "EXPRESS", executionArn: arn, ...names(id), startedAt, redriveCount: 0, again: false } as const;
  await watcher.changed({ ...both, status: "RUNNING", input: async () => input });
  await watcher.changed({
    ...both,
    status: outcome.status,
    stoppedAt: ended.stoppedAt,
    input: async () => input,
    ...(outcome.status === "SUCCEEDED" ? { output: outcome.output } : outcome.failure),
    billing,
  });
}
