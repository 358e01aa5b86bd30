/**
 * `BatonActivity`: what `sfn.Activity` is in an app, on a `Baton`. It is made and deleted through the API of the
 * installation, by the function that makes the machines.
 */
import { CustomResource, type ITaggable, Lazy, Names, Resource, Stack, TagManager, TagType } from "aws-cdk-lib";
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as iam from "aws-cdk-lib/aws-iam";
import type * as sfn from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { resourceTypes } from "../adapters/aws/names.ts";
import type { IBaton } from "./baton.ts";
import { judgeName, longestName } from "./machine.ts";
import { machineHandler, serviceTimeout } from "./machine-handler.ts";
import { metricOf } from "./metric.ts";

export interface BatonActivityProps {
  /** The installation whose tasks it hands out. */
  readonly baton: IBaton;
  /** @default - a name made of the construct's path */
  readonly activityName?: string;
  /**
   * Folder with a bundle `<function>/index.mjs` for each function.
   * @default - the bundles of this package
   */
  readonly bundles?: string;
}

/** Tasks that workers anywhere ask for: move from `sfn.Activity` by changing the class name and naming the installation. */
export class BatonActivity extends Resource implements sfn.IActivity, ITaggable {
  readonly activityArn: string;
  readonly activityName: string;
  /** What `Tags.of` gives it, or a scope around it. */
  readonly tags = new TagManager(TagType.KEY_VALUE, resourceTypes.activity);
  readonly #baton: IBaton;

  constructor(scope: Construct, id: string, props: BatonActivityProps) {
    super(scope, id);
    this.#baton = props.baton;
    const name = props.activityName ?? Names.uniqueResourceName(this, { maxLength: longestName, separator: "-" });
    judgeName("activity", name);
    const activity = new CustomResource(this, "Resource", {
      resourceType: resourceTypes.activity,
      serviceToken: machineHandler(this, props.baton, props.bundles).functionArn,
      serviceTimeout,
      properties: {
        Endpoint: props.baton.endpoint,
        KeySecretArn: props.baton.accessKeySecretArn,
        Name: name,
        Tags: Lazy.string({ produce: () => this.#tagsText() }),
      },
    });
    activity.node.addDependency(props.baton);
    if (activity.node.defaultChild) this.node.defaultChild = activity.node.defaultChild;
    this.activityArn = activity.getAttString("Arn");
    this.activityName = activity.getAttString("Name");
  }

  get activityRef(): sfn.ActivityReference {
    return { activityArn: this.activityArn };
  }

  /**
   * Lets a worker read the key of the role `start` of all machines, whatever `actions` says: it asks for tasks here,
   * and its answers are about the machines that they come from.
   */
  grant(worker: iam.IGrantable, ..._actions: string[]): iam.Grant {
    return this.#baton.grantTaskResponse(worker);
  }

  metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return metricOf(this, { ActivityArn: this.activityArn }, metricName, props);
  }

  metricRunTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivityRunTime", { statistic: "avg", ...props });
  }

  metricScheduleTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivityScheduleTime", { statistic: "avg", ...props });
  }

  metricTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivityTime", { statistic: "avg", ...props });
  }

  metricScheduled(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivitiesScheduled", props);
  }

  metricStarted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivitiesStarted", props);
  }

  metricSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivitiesSucceeded", props);
  }

  metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivitiesFailed", props);
  }

  metricTimedOut(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivitiesTimedOut", props);
  }

  metricHeartbeatTimedOut(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric("ActivitiesHeartbeatTimedOut", props);
  }

  /** Once the app is whole: an aspect gives them. */
  #tagsText(): string | undefined {
    const tags: unknown = this.tags.renderTags();
    return tags === undefined ? undefined : Stack.of(this).toJsonString(tags);
  }
}
