/**
 * What every state machine of a `Baton` offers, made here or imported: grants, which are keys of the API, and metrics.
 */
import { Resource } from "aws-cdk-lib";
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as iam from "aws-cdk-lib/aws-iam";
import type * as sfn from "aws-cdk-lib/aws-stepfunctions";
import type { IConstruct } from "constructs";
import type { KeyRole } from "./access-keys.ts";
import type { IBaton } from "./baton.ts";
import { metricOf } from "./metric.ts";

/** A state machine of a `Baton`, made here or elsewhere. */
export interface IBatonStateMachine extends IConstruct, iam.IGrantable {
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  /** For `StepFunctionsStartExecution` of `aws-stepfunctions-tasks`: executions start executions of the same `Baton`. */
  readonly stateMachineRef: sfn.StateMachineReference;
  /** @internal */
  readonly _baton: IBaton;
  /** ARN of the secret with the key of that role for this machine, for those who are granted it. */
  keySecretArn(role: KeyRole): string;
  /** Lets the grantee read the key of the role `start` for this machine. */
  grantStartExecution(grantee: iam.IGrantable): iam.Grant;
  /** The same: the operation is one of the role `start`. */
  grantStartSyncExecution(grantee: iam.IGrantable): iam.Grant;
  /** Lets the grantee read the key of the role `read` for this machine. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
  /** Lets the grantee read the key of the role `start` for this machine, which answers its task tokens. */
  grantTaskResponse(grantee: iam.IGrantable): iam.Grant;
  /** Lets the grantee read the key of the least role that has these actions: `states:StopExecution` and the like. */
  grantExecution(grantee: iam.IGrantable, ...actions: string[]): iam.Grant;
  /** The same: a key is good for the machine and its executions alike. */
  grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant;
  /** Lets the grantee read the key of the role `operate` for this machine. */
  grantRedriveExecution(grantee: iam.IGrantable): iam.Grant;
  /** A metric of this machine by its name on Step Functions, in Baton's namespace. */
  metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  metricAborted(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  metricSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  metricTimedOut(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  metricStarted(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  metricTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

export abstract class BatonStateMachineBase extends Resource implements IBatonStateMachine {
  abstract readonly stateMachineArn: string;
  abstract readonly stateMachineName: string;
  abstract readonly grantPrincipal: iam.IPrincipal;
  /** @internal */
  abstract readonly _baton: IBaton;
  /** Absent where it is not known before it is deployed: then keys are those of all machines. @internal */
  protected abstract readonly _literalName: string | undefined;

  get stateMachineRef(): sfn.StateMachineReference {
    return { stateMachineArn: this.stateMachineArn };
  }

  keySecretArn(role: KeyRole): string {
    return this._baton._keyOf(role, this._literalName).secretArn;
  }

  grantStartExecution(grantee: iam.IGrantable): iam.Grant {
    return this.#grantKey(grantee, "start");
  }

  grantStartSyncExecution(grantee: iam.IGrantable): iam.Grant {
    return this.#grantKey(grantee, "start");
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.#grantKey(grantee, "read");
  }

  grantTaskResponse(grantee: iam.IGrantable): iam.Grant {
    return this.#grantKey(grantee, "start");
  }

  grantExecution(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return this.#grantKey(grantee, roleFor(actions));
  }

  grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return this.grantExecution(grantee, ...actions);
  }

  grantRedriveExecution(grantee: iam.IGrantable): iam.Grant {
    return this.grantExecution(grantee, "states:RedriveExecution");
  }

  metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return metricOf(this, { StateMachineArn: this.stateMachineArn }, metricName, props);
  }

  metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ExecutionsFailed", props);
  }

  metricAborted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ExecutionsAborted", props);
  }

  metricSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ExecutionsSucceeded", props);
  }

  metricTimedOut(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ExecutionsTimedOut", props);
  }

  metricStarted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ExecutionsStarted", props);
  }

  metricTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ExecutionTime", { statistic: "avg", ...props });
  }

  #grantKey(grantee: iam.IGrantable, role: KeyRole): iam.Grant {
    return this._baton._keyOf(role, this._literalName).grantRead(grantee);
  }
}

/** What can be granted of one machine, by the least role that may do it; each may do what stands before it, too. */
export const grantable = {
  read: [
    "DescribeExecution",
    "DescribeMapRun",
    "DescribeStateMachine",
    "DescribeStateMachineAlias",
    "DescribeStateMachineForExecution",
    "GetExecutionHistory",
    "ListExecutions",
    "ListMapRuns",
    "ListStateMachineAliases",
    "ListStateMachineVersions",
    "ListTagsForResource",
  ],
  start: ["SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess", "StartExecution", "StartSyncExecution"],
  operate: ["RedriveExecution", "StopExecution", "UpdateMapRun"],
} as const satisfies Partial<Record<KeyRole, readonly string[]>>;

const grantableRoles = ["read", "start", "operate"] as const;

function roleFor(actions: readonly string[]): KeyRole {
  const ranks = actions.map((action) => {
    const rank = grantableRoles.findIndex((role) => grantable[role].some((name) => action === `states:${name}`));
    if (rank >= 0) return rank;
    const names = grantableRoles.flatMap((role) => grantable[role]);
    throw new Error(
      `'${action}' cannot be granted of one state machine; what can is states: with one of ${names.join(", ")}`,
    );
  });
  return grantableRoles[Math.max(0, ...ranks)] ?? "read";
}
