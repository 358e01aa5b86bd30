/**
 * Metrics with the service's names: of executions as they begin and end, and of the attempts of their tasks. An
 * attempt that is over at once is measured in one go; of one that waits, its beginning and its end. Counted when
 * the log has it, so that what a crash repeats is counted once; what a crash leaves untold is not counted at all.
 */
import type { Instant, Working } from "../asl/position.ts";
import { readResource } from "../asl/states/resource.ts";
import type { Signal } from "../asl/transition.ts";
import type { Engine } from "./engine.ts";
import type { StatusChange } from "./status.ts";
import type { Measurement } from "./watch-port.ts";

type Value = Measurement["values"][number];

const ends = { SUCCEEDED: "Succeeded", FAILED: "Failed", TIMED_OUT: "TimedOut", ABORTED: "Aborted" } as const;

export function measureStatus({ world }: Engine, change: StatusChange): void {
  if (change.again) return;
  const { stateMachineArn: StateMachineArn, version, alias } = change;
  world.metrics?.put({
    at: change.stoppedAt ?? change.redrivenAt ?? change.startedAt,
    of: {
      StateMachineArn,
      ...(version !== undefined && { Version: String(version) }),
      ...(alias !== undefined && { Alias: alias }),
    },
    by: [
      ["StateMachineArn"],
      ...(version === undefined ? [] : [["StateMachineArn", "Version"]]),
      ...(alias === undefined ? [] : [["StateMachineArn", "Alias"]]),
    ],
    values: valuesOf(change),
  });
}

function valuesOf({ status, startedAt, stoppedAt, redriveCount, billing }: StatusChange): readonly Value[] {
  if (status === "RUNNING") return [[redriveCount > 0 ? "ExecutionsRedriven" : "ExecutionsStarted", 1, "Count"]];
  const end = ends[status];
  return [
    [`Executions${end}`, 1, "Count"],
    ...(redriveCount > 0 ? [[`RedrivenExecutions${end}`, 1, "Count"] as const] : []),
    ...(stoppedAt === undefined ? [] : [["ExecutionTime", stoppedAt - startedAt, "Milliseconds"] as const]),
    ...(billing === undefined
      ? []
      : [
          ["ExpressExecutionBilledDuration", billing.billedDurationInMilliseconds, "Milliseconds"] as const,
          ["ExpressExecutionBilledMemory", billing.billedMemoryUsedInMB, "Megabytes"] as const,
        ]),
  ];
}

const families = {
  Activity: { one: "Activity", many: "Activities", dimension: "ActivityArn" },
  LambdaFunction: { one: "LambdaFunction", many: "LambdaFunctions", dimension: "LambdaFunctionArn" },
  Task: { one: "ServiceIntegration", many: "ServiceIntegrations", dimension: "ServiceIntegrationResourceArn" },
} as const;

/** What the signal makes of an attempt, now that it stands; `scheduled`: an activity's task waits for a worker. */
export function measureAttempt(
  { world }: Engine,
  working: Working,
  signal: Signal | { readonly kind: "scheduled" },
  at: Instant,
): void {
  if (world.metrics === undefined) return;
  const { resource, pattern } = working.call;
  const { one, many, dimension } = families[readResource(resource).family];
  const { since, scheduledAt = since } = working;
  const scheduled: Value = [`${many}Scheduled`, 1, "Count"];
  const started = (waited: number): Value[] => [
    [`${many}Started`, 1, "Count"],
    [`${one}ScheduleTime`, waited, "Milliseconds"],
  ];
  const ended = (how: string): Value[] => [
    ...(working.submitted || pattern === "activity" ? [] : [scheduled, ...started(0)]),
    [`${many}${how}`, 1, "Count"],
    [`${one}RunTime`, at - since, "Milliseconds"],
    [`${one}Time`, at - scheduledAt, "Milliseconds"],
  ];
  const values = valuesBy(signal, {
    isActivity: one === "Activity",
    scheduled: [scheduled],
    started,
    waited: at - since,
    ended,
  });
  if (values.length > 0) world.metrics.put({ at, of: { [dimension]: resource }, by: [[dimension]], values });
}

interface Told {
  readonly isActivity: boolean;
  readonly scheduled: Value[];
  readonly started: (waited: number) => Value[];
  /** Until a worker took it. */
  readonly waited: number;
  readonly ended: (how: string) => Value[];
}

function valuesBy(
  signal: Signal | { readonly kind: "scheduled" },
  { isActivity, scheduled, started, waited, ended }: Told,
): readonly Value[] {
  switch (signal.kind) {
    case "scheduled":
      return scheduled;
    case "started":
      return started(waited);
    case "submitted":
      return [...scheduled, ...started(0)];
    case "succeeded":
      return ended("Succeeded");
    case "failed":
    case "lost":
      return ended("Failed");
    case "timed-out":
      return ended(isActivity && signal.by === "heartbeat" ? "HeartbeatTimedOut" : "TimedOut");
    default:
      return [];
  }
}
