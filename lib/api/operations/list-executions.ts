/** ListExecutions: the executions of a machine, newest first, a page at a time. */
import { executionArn, machineArn } from "../../engine/identity.ts";
import type { ExecutionSummary } from "../../engine/ports.ts";
import { findMachine } from "../arn.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { invalid, noSuchResource } from "../refusal.ts";
import { arn } from "../settings.ts";
import { type Input, oneOf, structure, text } from "../shape.ts";
import { maxResults } from "./list-state-machines.ts";

const input = structure(
  {},
  {
    stateMachineArn: arn,
    statusFilter: oneOf("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"),
    maxResults,
    nextToken: text({ min: 1, max: 3096 }),
    mapRunArn: text({ min: 1, max: 2000 }),
    redriveFilter: oneOf("REDRIVEN", "NOT_REDRIVEN"),
  },
);

export const listExecutions = operation(input, async (call, asked) => {
  const { stateMachineArn, mapRunArn, statusFilter, redriveFilter } = asked;
  if ((stateMachineArn === undefined) === (mapRunArn === undefined))
    throw invalid("Must provide exactly one of stateMachineArn and mapRunArn");
  if (stateMachineArn === undefined) throw noSuchResource(mapRunArn ?? "");
  const machine = await findMachine(call, stateMachineArn);
  const question = ["ListExecutions", machine.name, statusFilter, redriveFilter];
  const after = openPage(call, question, asked.nextToken);
  if (statusFilter === "PENDING_REDRIVE") return { executions: [] };
  const page = await call.engine.world.executions.list({
    tenant: call.tenant,
    machine: machine.name,
    limit: pageSize(asked.maxResults),
    ...(statusFilter !== undefined && { status: statusFilter }),
    ...(after !== undefined && { after }),
  });
  return {
    executions: page.items.filter((summary) => passes(summary, asked)).map((summary) => listed(call, summary)),
    ...(page.next !== undefined && { nextToken: sealPage(call, question, page.next) }),
  };
});

/** Filters a page that was read: a page may be short of its size, as on the service. */
function passes(summary: ExecutionSummary, { redriveFilter }: Input<typeof input>): boolean {
  return redriveFilter === undefined || (redriveFilter === "REDRIVEN") === summary.epoch > 0;
}

function listed(call: Call, summary: ExecutionSummary): Answer {
  return {
    executionArn: executionArn(summary.id),
    stateMachineArn: machineArn(call.tenant, summary.machine),
    name: summary.name,
    status: summary.status,
    startDate: new Date(summary.startedAt),
    ...(summary.stoppedAt !== undefined && { stopDate: new Date(summary.stoppedAt) }),
    redriveCount: summary.epoch,
  };
}
