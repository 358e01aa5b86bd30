/**
 * Metrics with the service's names, as lines in CloudWatch's embedded metric format: CloudWatch reads them from
 * the functions' logs, and no call is made for them. They have a namespace of their own, since AWS keeps those
 * that begin with `AWS/` to itself.
 */
import type { StatusChange, Watcher } from "../../engine/watch-port.ts";
import { metricNamespace } from "./names.ts";

type Unit = "Count" | "Milliseconds" | "Megabytes";
type Metric = readonly [name: string, value: number, unit: Unit];

/** Past the runtime's console, which would wrap the line in a record of its own. */
const toStandardOutput = (line: string): void => void process.stdout.write(`${line}\n`);

export function embeddedMetrics(write: (line: string) => void = toStandardOutput): Watcher {
  return {
    async changed(change) {
      const metrics = metricsOf(change);
      if (change.again || metrics.length === 0) return;
      write(JSON.stringify(embedded(change, metrics)));
    },
  };
}

const ends = { SUCCEEDED: "Succeeded", FAILED: "Failed", TIMED_OUT: "TimedOut", ABORTED: "Aborted" } as const;

function metricsOf({ status, startedAt, stoppedAt, redriveCount, billing }: StatusChange): readonly Metric[] {
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

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function embedded({ stateMachineArn, startedAt, stoppedAt }: StatusChange, metrics: readonly Metric[]): object {
  const definition = {
    Namespace: metricNamespace,
    Dimensions: [["StateMachineArn"]],
    Metrics: metrics.map(([Name, , Unit]) => ({ Name, Unit })),
  };
  return {
    _aws: { Timestamp: stoppedAt ?? startedAt, CloudWatchMetrics: [definition] },
    StateMachineArn: stateMachineArn,
    ...Object.fromEntries(metrics.map(([name, value]) => [name, value])),
  };
}
