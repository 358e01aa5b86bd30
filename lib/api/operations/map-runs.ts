/** DescribeMapRun, ListMapRuns and UpdateMapRun: what a Distributed Map has under way. */
import { executionArn, mapRunArn } from "../../engine/identity.ts";
import { describeMapRun as describe, type MapRunDescription } from "../../engine/map-run/describe.ts";
import { concurrencyOf } from "../../engine/map-run/gifts.ts";
import { updateMapRun as update } from "../../engine/map-run/update.ts";
import { findExecutionId, findMapRunId, ownMachineArn } from "../arn.ts";
import { type Answer, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { invalid, noSuchExecution, noSuchResource } from "../refusal.ts";
import { arn } from "../settings.ts";
import { integer, number, structure, text } from "../shape.ts";
import { maxResults, nextToken } from "./list-state-machines.ts";

const runArn = text({ min: 1, max: 2000 });

export const describeMapRun = operation(structure({ mapRunArn: runArn }), async (call, asked) => {
  const id = await findMapRunId(call, asked.mapRunArn);
  const found = await describe(call.engine, id);
  if (!found) throw noSuchResource(asked.mapRunArn);
  const { state } = found;
  const { phase } = state;
  return {
    mapRunArn: mapRunArn(id),
    executionArn: executionArn(state.parent.execution),
    status: statusOf(found),
    startDate: new Date(state.startedAt),
    ...(phase.kind === "ended" && { stopDate: new Date(phase.stoppedAt) }),
    maxConcurrency: concurrencyOf(state),
    toleratedFailurePercentage: state.toleratedFailurePercentage ?? 0,
    toleratedFailureCount: state.toleratedFailureCount ?? 0,
    itemCounts: counted(found, "items"),
    executionCounts: counted(found, "executions"),
    redriveCount: state.redriven?.count ?? 0,
    ...(state.redriven && { redriveDate: new Date(state.redriven.at) }),
  };
});

function statusOf({ state: { phase } }: MapRunDescription): string {
  return phase.kind === "ended" ? phase.outcome.status : "RUNNING";
}

/** As recorded, a run without a ResultWriter has written what it hands on to its state, once it has succeeded. */
function counted(found: MapRunDescription, of: "items" | "executions"): Answer {
  const { phase } = found.state;
  const isHandedOn = phase.kind === "ended" && phase.outcome.status === "SUCCEEDED" && phase.written === undefined;
  return { ...found[of], ...(isHandedOn && { resultsWritten: found[of].succeeded }) };
}

export const listMapRuns = operation(
  structure({ executionArn: arn }, { maxResults, nextToken }),
  async (call, asked) => {
    const id = findExecutionId(call, asked.executionArn);
    if (!(await call.engine.world.executions.find(id))) throw noSuchExecution(asked.executionArn);
    const question = ["ListMapRuns", asked.executionArn];
    const after = openPage(call, question, asked.nextToken);
    const page = await call.engine.world.mapRuns.list(id, pageSize(asked.maxResults), after);
    return {
      mapRuns: page.items.map((run) => ({
        executionArn: executionArn(run.execution),
        mapRunArn: mapRunArn(run.id),
        stateMachineArn: ownMachineArn(run.id),
        startDate: new Date(run.startedAt),
        ...(run.stoppedAt !== undefined && { stopDate: new Date(run.stoppedAt) }),
      })),
      ...(page.next !== undefined && { nextToken: sealPage(call, question, page.next) }),
    };
  },
);

/** The service's model has no upper limit; beyond this a number in JSON is not exact. */
const most = 2 ** 52;

const limits = {
  maxConcurrency: integer(0, most),
  toleratedFailurePercentage: number(0, 100),
  toleratedFailureCount: integer(0, most),
};

export const updateMapRun = operation(structure({ mapRunArn: runArn }, limits), async (call, asked) => {
  const { mapRunArn: given, ...change } = asked;
  const id = await findMapRunId(call, given);
  const updated = await update(call.engine, id, change, call.invocationId);
  if (updated === "absent") throw noSuchResource(given);
  if (updated === "ended")
    throw invalid(
      `Map Run has ended, so that its settings cannot be changed: '${given}'`,
      "CANNOT_UPDATE_COMPLETED_MAP_RUN",
    );
  return {};
});
