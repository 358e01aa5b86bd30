/**
 * Metrics as lines in CloudWatch's embedded metric format: CloudWatch reads them from the functions' logs, and no
 * call is made for them. They have a namespace of their own, since AWS keeps those that begin with `AWS/` to itself.
 */
import type { Measurement, Metrics } from "../../engine/watch-port.ts";
import { metricNamespace } from "./names.ts";

/** Past the runtime's console, which would wrap the line in a record of its own. */
const toStandardOutput = (line: string): void => void process.stdout.write(`${line}\n`);

export function embeddedMetrics(write: (line: string) => void = toStandardOutput): Metrics {
  return { put: (measurement) => write(JSON.stringify(embedded(measurement))) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function embedded({ at, of, by, values }: Measurement): object {
  const definition = {
    Namespace: metricNamespace,
    Dimensions: by,
    Metrics: values.map(([Name, , Unit]) => ({ Name, Unit })),
  };
  return {
    _aws: { Timestamp: at, CloudWatchMetrics: [definition] },
    ...of,
    ...Object.fromEntries(values.map(([name, value]) => [name, value])),
  };
}
