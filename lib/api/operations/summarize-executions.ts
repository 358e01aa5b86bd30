/**
 * SummarizeExecutions, Baton's own and on REST only: a machine's latest runs, and for each of its states what
 * came of it in each run. Side by side they show which states are flaky and which are slow.
 */
import { type Visit, visitsOf } from "../../asl/history/visits.ts";
import { readHistory } from "../../engine/history.ts";
import { executionArn } from "../../engine/identity.ts";
import type { ExecutionSummary } from "../../engine/ports.ts";
import { findMachine } from "../arn.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { arn } from "../settings.ts";
import { integer, structure } from "../shape.ts";

const usualRuns = 50;

/** Histories are read whole; when so many events have been read, the older runs are shown without their states. */
const mostEvents = 200_000;

export const summarizeExecutions = operation(
  structure({ stateMachineArn: arn }, { maxResults: integer(0, usualRuns) }),
  async (call, asked) => {
    const machine = await findMachine(call, asked.stateMachineArn);
    const { items } = await call.engine.world.executions.list({
      tenant: call.tenant,
      machine: machine.name,
      limit: asked.maxResults || usualRuns,
    });
    const runs: Answer[] = [];
    let read = 0;
    for (const summary of items) {
      const events = read < mostEvents ? await readHistory(call.engine, summary.id) : [];
      read += events.length;
      runs.push(run(summary, statesOf(call, visitsOf(events))));
    }
    return { runs };
  },
);

function run({ id, name, status, startedAt, stoppedAt, error }: ExecutionSummary, states: Answer): Answer {
  return {
    executionArn: executionArn(id),
    name,
    status,
    startDate: new Date(startedAt),
    ...(stoppedAt !== undefined && { stopDate: new Date(stoppedAt) }),
    ...(error !== undefined && { error }),
    states,
  };
}

interface StateOfRun {
  readonly status: Visit["status"];
  readonly visits: number;
  /** Failed attempts, whatever became of them. */
  readonly failures: number;
  /** The longest visit. */
  readonly milliseconds: number;
}

/** What went wrong or goes on counts more than what went well. */
const weights: Readonly<Record<Visit["status"], number>> = {
  succeeded: 0,
  aborted: 1,
  caught: 2,
  running: 3,
  retrying: 4,
  failed: 5,
};

function statesOf({ engine }: Call, visits: readonly Visit[]): Answer {
  const now = engine.world.clock.now();
  const states = new Map<string, StateOfRun>();
  for (const { state, status, attempts, enteredAt, leftAt = now } of visits) {
    const before = states.get(state);
    states.set(state, {
      status: before && weights[before.status] > weights[status] ? before.status : status,
      visits: (before?.visits ?? 0) + 1,
      failures: (before?.failures ?? 0) + attempts.filter((attempt) => attempt.status === "failed").length,
      milliseconds: Math.max(before?.milliseconds ?? 0, leftAt - enteredAt),
    });
  }
  return Object.fromEntries(states);
}
