/** A metric of the service's namespace, as the CDK's own constructs give theirs. */
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type { IConstruct } from "constructs";
import { metricNamespace } from "../adapters/aws/names.ts";

/** `dimensions`: whose it is. A sum, unless `props` say otherwise. */
export function metricOf(
  construct: IConstruct,
  dimensions: Readonly<Record<string, string>>,
  metricName: string,
  props: cloudwatch.MetricOptions | undefined,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { ...dimensions },
    statistic: "sum",
    ...props,
  }).attachTo(construct);
}
