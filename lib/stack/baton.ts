/**
 * The construct `Baton`: the whole orchestrator as one thing to put into an app. What each part is made of
 * stands in the files beside this one; here is what belongs together.
 */
import { type Duration, type IResource, RemovalPolicy, Resource, Stack } from "aws-cdk-lib";
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import type * as events from "aws-cdk-lib/aws-events";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import type * as s3 from "aws-cdk-lib/aws-s3";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import type * as sns from "aws-cdk-lib/aws-sns";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { environment } from "../adapters/aws/names.ts";
import { AccessKeySecrets, type KeyRole, type KeySecret } from "./access-keys.ts";
import type { BatonFunction, FunctionName } from "./function.ts";
import { consume, createFunctions, runByClock, taskSettings, timeoutsOf } from "./functions.ts";
import { createGateway, createSyncUrl } from "./gateway.ts";
import { createAlarms, deadLetters, type MeasuredQueues, transitions } from "./metrics.ts";
import { type MapRunBuckets, permit, permitCalls, permitMapRuns, permitTelling } from "./permissions.ts";
import { createQueues } from "./queues.ts";
import { createBucket, createSigningKey, createTable } from "./storage.ts";

/** An installation of Baton, made here or elsewhere. */
export interface IBaton extends IResource {
  /** Where the API answers, for `AWS_ENDPOINT_URL_SFN`. */
  readonly endpoint: string;
  /** Secret with `{"accessKeyId": "…", "secretAccessKey": "…"}`, a key that may call every operation. */
  readonly accessKeySecretArn: string;
  /** Secret with a key of that role, in the same form: what a grant lets its grantee read. */
  keySecretArn(role: KeyRole): string;
  /** @internal */
  _keyOf(role: KeyRole, machine?: string): KeySecret;
  /** Absent: it is imported. @internal */
  readonly _functions?: Readonly<Record<FunctionName, BatonFunction>>;
  /** Told when an alarm goes off that belongs to the installation, but is in the stack of one of its users. @internal */
  readonly _alarmTopic?: sns.ITopic | undefined;
  /** Lets the grantee read the key of the role `start`: to start executions, answer tasks and read. */
  grantStartExecution(grantee: iam.IGrantable): iam.Grant;
  /** Lets the grantee read the key of the role `read`: to list and describe. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
  /** Lets the grantee read the key of the role `start`: to answer task tokens and work on activities. */
  grantTaskResponse(grantee: iam.IGrantable): iam.Grant;
  /** The role under which Task states call other services. */
  readonly taskRole: iam.IRole;
  /** Tasks are called under the role of their machine. @internal */
  readonly _machineRoles: boolean;
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
  /**
   * Secrets with keys of lesser roles, for grants: `keySecretArn(role)` of the installation.
   * @default - nothing can be granted
   */
  readonly keySecretArns?: Readonly<Partial<Record<KeyRole, string>>>;
  /**
   * The installation's `taskRole`, for its machines.
   * @default - no machine can be made on it
   */
  readonly taskRoleArn?: string;
  /**
   * Whether the installation was made with `machineRoles`.
   * @default false
   */
  readonly machineRoles?: boolean;
  /**
   * Told when a start by a rule or schedule is a dead letter: the installation's `alarmTopic`, or another.
   * @default - that alarm has no action
   */
  readonly alarmTopic?: sns.ITopic;
  readonly flowQueueArn: string;
  readonly tasksQueueArn: string;
  readonly deadLetterQueueArn: string;
}

/** A limit on what Tasks call. */
export interface ResourceLimit {
  readonly resource: string;
  /** Calls under way at once; others wait. */
  readonly atOnce?: number;
  /** After so many failures in a row, so many seconds without a call. */
  readonly breaker?: { readonly failures: number; readonly seconds: number };
}

export interface BatonProps extends MapRunBuckets {
  /**
   * Lambda functions that Task states may call, by any version and alias; of a `Version` or `Alias` that one alone.
   * Others are refused by IAM.
   * @default - none; see also `Baton.taskRole`
   */
  readonly taskFunctions?: lambda.IFunction[];
  /**
   * How many calls of a resource each worker of the tasks function makes at once, and when one that keeps failing is
   * left alone. `resource` is a Task's, with `*` for any text.
   * @default - nothing is limited
   */
  readonly resourceLimits?: ResourceLimit[];
  /**
   * ARNs of the roles that calls may be made under: those that `Credentials` of a state name, and with `machineRoles`
   * those of the state machines. Their trust policies have to name `Baton.taskRole`. Others are refused by IAM.
   * @default - none
   */
  readonly assumableRoles?: string[];
  /**
   * Whether the calls of a machine's tasks are made under its own role, as on Step Functions, instead of `Baton.taskRole`.
   * @default false
   */
  readonly machineRoles?: boolean;
  /**
   * `sts:ExternalId` with which roles are assumed.
   * @default - the ARN of the state machine, as on Step Functions
   */
  readonly externalId?: string;
  /**
   * Log groups that state machines may log to (`loggingConfiguration`). Others are refused by IAM.
   * @default - none
   */
  readonly executionLogGroups?: logs.ILogGroup[];
  /**
   * Event bus that is told of status changes of standard executions: source `baton.states`, otherwise the
   * service's own events.
   * @default - none are sent
   */
  readonly statusChangeBus?: events.IEventBus;
  /**
   * OpenTelemetry collector (OTLP over HTTP) that gets a span for each execution, state and attempt.
   * @default - nobody collects traces
   */
  readonly traceEndpoint?: string;
  /**
   * Days that an execution stays readable after its end.
   * @default 90
   */
  readonly executionRetentionDays?: number;
  /**
   * AWS's own quotas for payloads, events and time hold for every execution, not only for machines with the tag
   * `baton:strictQuotas`.
   * @default false
   */
  readonly strictQuotas?: boolean;
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
  abstract readonly taskRole: iam.IRole;
  /** @internal */
  abstract readonly _machineRoles: boolean;
  /** @internal */
  protected abstract readonly _queues: MeasuredQueues;
  /** @internal */
  abstract _keyOf(role: KeyRole, machine?: string): KeySecret;

  keySecretArn(role: KeyRole): string {
    return this._keyOf(role).secretArn;
  }

  grantStartExecution(grantee: iam.IGrantable): iam.Grant {
    return this._keyOf("start").grantRead(grantee);
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this._keyOf("read").grantRead(grantee);
  }

  grantTaskResponse(grantee: iam.IGrantable): iam.Grant {
    return this._keyOf("start").grantRead(grantee);
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
  readonly _machineRoles: boolean;
  /** @internal */
  readonly _alarmTopic: sns.ITopic | undefined;
  /** @internal */
  protected readonly _queues: MeasuredQueues;
  readonly #keySecretArns: Readonly<Partial<Record<KeyRole, string>>>;
  readonly #taskRoleArn: string | undefined;
  #taskRole: iam.IRole | undefined;
  readonly #imported = new Map<KeyRole, KeySecret>();

  constructor(scope: Construct, id: string, attributes: BatonAttributes) {
    super(scope, id);
    this.endpoint = attributes.endpoint;
    this.accessKeySecretArn = attributes.accessKeySecretArn;
    this._machineRoles = attributes.machineRoles ?? false;
    this._alarmTopic = attributes.alarmTopic;
    this.#taskRoleArn = attributes.taskRoleArn;
    this.#keySecretArns = { ...attributes.keySecretArns, admin: attributes.accessKeySecretArn };
    this._queues = {
      flow: sqs.Queue.fromQueueArn(this, "FlowQueue", attributes.flowQueueArn),
      tasks: sqs.Queue.fromQueueArn(this, "TasksQueue", attributes.tasksQueueArn),
      deadLetters: sqs.Queue.fromQueueArn(this, "DeadLetterQueue", attributes.deadLetterQueueArn),
    };
  }

  override get taskRole(): iam.IRole {
    if (this.#taskRoleArn === undefined)
      throw new Error(
        `${this.node.path} has no task role: give fromBatonAttributes taskRoleArn, which is taskRole.roleArn of the installation`,
      );
    this.#taskRole ??= iam.Role.fromRoleArn(this, "TaskRole", this.#taskRoleArn);
    return this.#taskRole;
  }

  /** Of all machines: what is imported gets no more secrets. @internal */
  override _keyOf(role: KeyRole): KeySecret {
    const arn = this.#keySecretArns[role];
    if (arn === undefined)
      throw new Error(
        `${this.node.path} has no key of the role '${role}' to grant: give fromBatonAttributes keySecretArns.${role}, which is keySecretArn("${role}") of the installation`,
      );
    const made = this.#imported.get(role) ?? secretsmanager.Secret.fromSecretCompleteArn(this, `Key-${role}`, arn);
    this.#imported.set(role, made);
    return made;
  }
}

/** Runs state machines of the Amazon States Language on SQS, Lambda and DynamoDB. */
export class Baton extends BatonBase {
  /** Uses an installation that another stack made. */
  static fromBatonAttributes(scope: Construct, id: string, attributes: BatonAttributes): IBaton {
    return new ImportedBaton(scope, id, attributes);
  }

  readonly endpoint: string;
  /** The same API where a request may take minutes: for StartSyncExecution and TestState. */
  readonly syncEndpoint: string;
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
  readonly _machineRoles: boolean;
  /** @internal */
  readonly _alarmTopic: sns.ITopic | undefined;
  /** @internal */
  protected readonly _queues: MeasuredQueues;
  /** Secret with the keys that `baton keys` issues. */
  readonly issuedKeysSecretArn: string;
  readonly #keys: AccessKeySecrets;
  /** @internal */
  readonly _functions: Readonly<Record<FunctionName, BatonFunction>>;

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
    const accessKeys = new AccessKeySecrets(this, "Keys", removalPolicy);
    const resources = { table, bucket, queues, signingKey, accessKeys };
    const functions = createFunctions(this, props, timeouts, {
      [environment.table]: table.tableName,
      [environment.flowQueueUrl]: queues.flow.queueUrl,
      [environment.tasksQueueUrl]: queues.tasks.queueUrl,
      [environment.deadLetterQueueUrl]: queues.deadLetters.queueUrl,
      [environment.bucket]: bucket.bucketName,
      [environment.signingKeySecret]: signingKey.secretArn,
      [environment.accessKeySecret]: accessKeys.arns,
      [environment.account]: Stack.of(this).account,
      [environment.retentionDays]: String(retentionDays),
      ...taskSettings(props),
      ...(props.statusChangeBus && { [environment.eventBus]: props.statusChangeBus.eventBusArn }),
      ...(props.traceEndpoint && { OTEL_EXPORTER_OTLP_ENDPOINT: props.traceEndpoint }),
      ...(props.strictQuotas && { [environment.strictQuotas]: "true" }),
    });
    this._functions = functions;
    permit(functions, resources);
    consume(functions, queues, props);
    runByClock(this, functions);
    permitCalls(functions.tasks, props.taskFunctions ?? []);
    if (props.assumableRoles?.length) functions.tasks.allow(["sts:AssumeRole"], props.assumableRoles);
    permitTelling(functions, props);
    permitMapRuns(functions.advance, props);

    const logRetention = props.logRetention ?? logs.RetentionDays.ONE_MONTH;
    this.endpoint = createGateway(this, functions.api.handler, logRetention).apiEndpoint;
    this.syncEndpoint = createSyncUrl(functions.sync.handler);
    this.#keys = accessKeys;
    this.accessKeySecretArn = accessKeys.admin.secretArn;
    this.issuedKeysSecretArn = accessKeys.issued.secretArn;
    this.table = table;
    this.payloadBucket = bucket;
    this._queues = queues;
    this.flowQueue = queues.flow;
    this.tasksQueue = queues.tasks;
    this.deadLetterQueue = queues.deadLetters;
    this.taskRole = functions.tasks.role;
    this._machineRoles = props.machineRoles ?? false;
    this._alarmTopic = props.alarmTopic;
    this.alarms = [
      ...createAlarms(this, queues, {
        transitionsPerHour: props.transitionsPerHourAlarm ?? 1_000_000,
        topic: props.alarmTopic,
        timers: functions.timers.handler,
      }),
    ];
  }

  /** @internal */
  override _keyOf(role: KeyRole, machine?: string): KeySecret {
    return this.#keys.of(role, machine);
  }
}
