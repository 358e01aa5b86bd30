/**
 * The construct `Baton`: the whole orchestrator as one thing to put into an app. What each part is made of
 * stands in the files beside this one; here is what belongs together.
 */
import { Duration, type IResource, RemovalPolicy, Resource, Stack } from "aws-cdk-lib";
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type * as iam from "aws-cdk-lib/aws-iam";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import type * as s3 from "aws-cdk-lib/aws-s3";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import type * as sns from "aws-cdk-lib/aws-sns";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { environment } from "../adapters/aws/names.ts";
import type { FunctionName } from "./function.ts";
import { consume, createFunctions } from "./functions.ts";
import { apiTimeout, createGateway } from "./gateway.ts";
import { createAlarms, deadLetters, type MeasuredQueues, transitions } from "./metrics.ts";
import { permit } from "./permissions.ts";
import { createQueues } from "./queues.ts";
import { createAccessKey, createBucket, createSigningKey, createTable } from "./storage.ts";

/** An installation of Baton, made here or elsewhere. */
export interface IBaton extends IResource {
  /** Where the API answers, for `AWS_ENDPOINT_URL_SFN`. */
  readonly endpoint: string;
  /** Secret with `{"accessKeyId": "…", "secretAccessKey": "…"}`, the key that signs requests. */
  readonly accessKeySecretArn: string;
  /** Lets the grantee start executions. The API has one access key: whoever holds it may call every operation. */
  grantStartExecution(grantee: iam.IGrantable): iam.Grant;
  /** Lets the grantee list and describe. The API has one access key: whoever holds it may call every operation. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
  /** Lets the grantee answer task tokens. The API has one access key: whoever holds it may call every operation. */
  grantTaskResponse(grantee: iam.IGrantable): iam.Grant;
  /** State transitions of all executions. */
  metricTransitions(props?: cloudwatch.MetricOptions): cloudwatch.IMetric;
  /** Age of the oldest message that waits for a step, in seconds. */
  metricOldestMessageAge(props?: cloudwatch.MetricOptions): cloudwatch.IMetric;
  /** Messages in the dead-letter queue. */
  metricDeadLetters(props?: cloudwatch.MetricOptions): cloudwatch.IMetric;
  /** Tasks at work. */
  metricTasksInFlight(props?: cloudwatch.MetricOptions): cloudwatch.IMetric;
}

/** What is to be known of an installation that another stack made. */
export interface BatonAttributes {
  readonly endpoint: string;
  readonly accessKeySecretArn: string;
  readonly flowQueueArn: string;
  readonly tasksQueueArn: string;
  readonly deadLetterQueueArn: string;
}

export interface BatonProps {
  /**
   * Lambda functions that Task states may call. Others are refused by IAM.
   * @default - none; see also `Baton.taskRole`
   */
  readonly taskFunctions?: lambda.IFunction[];
  /**
   * Days that an execution stays readable after its end.
   * @default 90
   */
  readonly executionRetentionDays?: number;
  /**
   * How long the functions' logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * What becomes of table, bucket, queues and secrets when the stack is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Most invocations of the advance function at a time.
   * @default - as many as the account allows
   */
  readonly maxAdvanceConcurrency?: number;
  /**
   * Most invocations of the tasks function at a time; each works on up to ten tasks.
   * @default - as many as the account allows
   */
  readonly maxTaskConcurrency?: number;
  /**
   * Longest a batch of steps may take; the queue's visibility is six times as long.
   * @default Duration.seconds(30)
   */
  readonly advanceTimeout?: Duration;
  /**
   * Longest a request-response task may take; the queue's visibility is a thirtieth longer.
   * @default Duration.minutes(15)
   */
  readonly taskTimeout?: Duration;
  /**
   * Told when an alarm goes off.
   * @default - the alarms have no action
   */
  readonly alarmTopic?: sns.ITopic;
  /**
   * Transitions an hour at which an alarm goes off.
   * @default 1000000
   */
  readonly transitionsPerHourAlarm?: number;
  /**
   * Folder with a bundle `<function>/index.mjs` for each function.
   * @default - the bundles of this package
   */
  readonly bundles?: string;
}

abstract class BatonBase extends Resource implements IBaton {
  abstract readonly endpoint: string;
  abstract readonly accessKeySecretArn: string;
  /** @internal */
  protected abstract readonly _queues: MeasuredQueues;
  /** @internal */
  protected abstract readonly _accessKey: { grantRead(grantee: iam.IGrantable): iam.Grant };

  grantStartExecution(grantee: iam.IGrantable): iam.Grant {
    return this._accessKey.grantRead(grantee);
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this._accessKey.grantRead(grantee);
  }

  grantTaskResponse(grantee: iam.IGrantable): iam.Grant {
    return this._accessKey.grantRead(grantee);
  }

  metricTransitions(props?: cloudwatch.MetricOptions): cloudwatch.IMetric {
    return transitions(this._queues, props);
  }

  metricOldestMessageAge(props?: cloudwatch.MetricOptions): cloudwatch.IMetric {
    return this._queues.flow.metricApproximateAgeOfOldestMessage({ statistic: "max", ...props });
  }

  metricDeadLetters(props?: cloudwatch.MetricOptions): cloudwatch.IMetric {
    return deadLetters(this._queues, props);
  }

  metricTasksInFlight(props?: cloudwatch.MetricOptions): cloudwatch.IMetric {
    return this._queues.tasks.metricApproximateNumberOfMessagesNotVisible({ statistic: "max", ...props });
  }
}

class ImportedBaton extends BatonBase {
  readonly endpoint: string;
  readonly accessKeySecretArn: string;
  /** @internal */
  protected readonly _queues: MeasuredQueues;
  /** @internal */
  protected readonly _accessKey: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, attributes: BatonAttributes) {
    super(scope, id);
    this.endpoint = attributes.endpoint;
    this.accessKeySecretArn = attributes.accessKeySecretArn;
    this._accessKey = secretsmanager.Secret.fromSecretCompleteArn(this, "AccessKey", this.accessKeySecretArn);
    this._queues = {
      flow: sqs.Queue.fromQueueArn(this, "FlowQueue", attributes.flowQueueArn),
      tasks: sqs.Queue.fromQueueArn(this, "TasksQueue", attributes.tasksQueueArn),
      deadLetters: sqs.Queue.fromQueueArn(this, "DeadLetterQueue", attributes.deadLetterQueueArn),
    };
  }
}

/** Runs state machines of the Amazon States Language on SQS, Lambda and DynamoDB. */
export class Baton extends BatonBase {
  /** Uses an installation that another stack made. */
  static fromBatonAttributes(scope: Construct, id: string, attributes: BatonAttributes): IBaton {
    return new ImportedBaton(scope, id, attributes);
  }

  readonly endpoint: string;
  readonly accessKeySecretArn: string;
  readonly table: dynamodb.Table;
  readonly payloadBucket: s3.Bucket;
  readonly flowQueue: sqs.IQueue;
  readonly tasksQueue: sqs.IQueue;
  readonly deadLetterQueue: sqs.IQueue;
  /** The role under which Task states call other services: grant it what they need. */
  readonly taskRole: iam.IRole;
  readonly alarms: cloudwatch.Alarm[];
  /** @internal */
  protected readonly _queues: MeasuredQueues;
  /** @internal */
  protected readonly _accessKey: secretsmanager.Secret;

  constructor(scope: Construct, id: string, props: BatonProps = {}) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const timeouts = timeoutsOf(props);
    const queues = createQueues(
      this,
      { advance: timeouts.advance, task: timeouts.tasks, deadLetters: timeouts["dead-letters"] },
      removalPolicy,
    );
    const retentionDays = props.executionRetentionDays ?? 90;
    const table = createTable(this, removalPolicy);
    const bucket = createBucket(this, removalPolicy, retentionDays);
    const signingKey = createSigningKey(this, removalPolicy);
    const accessKey = createAccessKey(this, removalPolicy);
    const resources = { table, bucket, queues, signingKey, accessKey };
    const functions = createFunctions(this, props, timeouts, {
      [environment.table]: table.tableName,
      [environment.flowQueueUrl]: queues.flow.queueUrl,
      [environment.tasksQueueUrl]: queues.tasks.queueUrl,
      [environment.deadLetterQueueUrl]: queues.deadLetters.queueUrl,
      [environment.bucket]: bucket.bucketName,
      [environment.signingKeySecret]: signingKey.secretArn,
      [environment.accessKeySecret]: accessKey.secretArn,
      [environment.account]: Stack.of(this).account,
      [environment.retentionDays]: String(retentionDays),
    });
    permit(functions, resources);
    consume(functions, queues, props);
    new events.Rule(this, "EachMinute", {
      description: "Sends the timers that are due",
      schedule: events.Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(functions.timers.handler)],
    });
    const called = (props.taskFunctions ?? []).map((each) => each.functionArn);
    if (called.length > 0) functions.tasks.allow(["lambda:InvokeFunction"], called);

    const logRetention = props.logRetention ?? logs.RetentionDays.ONE_MONTH;
    this.endpoint = createGateway(this, functions.api.handler, logRetention).apiEndpoint;
    this.accessKeySecretArn = accessKey.secretArn;
    this._accessKey = accessKey;
    this.table = table;
    this.payloadBucket = bucket;
    this._queues = queues;
    this.flowQueue = queues.flow;
    this.tasksQueue = queues.tasks;
    this.deadLetterQueue = queues.deadLetters;
    this.taskRole = functions.tasks.role;
    this.alarms = [
      ...createAlarms(this, queues, {
        transitionsPerHour: props.transitionsPerHourAlarm ?? 1_000_000,
        topic: props.alarmTopic,
      }),
    ];
  }
}

function timeoutsOf(props: BatonProps): Record<FunctionName, Duration> {
  return {
    advance: props.advanceTimeout ?? Duration.seconds(30),
    tasks: props.taskTimeout ?? Duration.minutes(15),
    timers: Duration.seconds(50),
    "dead-letters": Duration.seconds(30),
    api: apiTimeout,
  };
}
