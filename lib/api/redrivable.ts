/** Whether an execution can be redriven, as descriptions and lists show it, in the service's words. */
import { executionName } from "../engine/identity.ts";
import type { ExecutionId, ExecutionSummary } from "../engine/ports.ts";
import { whyNotRedrivable } from "../engine/redrive.ts";
import type { Answer, Call } from "./operation.ts";
import { readSettings } from "./settings.ts";

/** Executions do not go on without their machine. */
export async function beingDeletedReason(call: Call, id: ExecutionId): Promise<string | undefined> {
  const machine = await call.engine.world.machines.find(call.tenant, executionName(id).machine);
  return machine && !readSettings(machine).deleting ? undefined : "State machine is in DELETING status";
}

export function redriveCount({ redrives }: ExecutionSummary): Answer {
  return { redriveCount: redrives?.count ?? 0, ...(redrives && { redriveDate: new Date(redrives.at) }) };
}

/** A child goes on with its Map Run, when the execution that started that is redriven. */
export async function redriveStatus(call: Call, summary: ExecutionSummary): Promise<Answer> {
  const reason = whyNotRedrivable(call.engine, summary) ?? (await beingDeletedReason(call, summary.id));
  if (reason === undefined) return { redriveStatus: summary.mapRun ? "REDRIVABLE_BY_MAP_RUN" : "REDRIVABLE" };
  return { redriveStatus: "NOT_REDRIVABLE", redriveStatusReason: reason };
}
