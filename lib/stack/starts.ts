/**
 * How the rules and schedules of a stack start executions: what they start waits in a queue, and a function asks the
 * installation for it, again and again while it does not answer. EventBridge hands an event to a function once; that
 * the function failed it does not hear, and Lambda's own two retries are over within minutes.
 */
import { Duration, Stack } from "aws-cdk-lib";
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as targets from "aws-cdk-lib/aws-events-targets";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import * as logs from "aws-cdk-lib/aws-logs";
import type * as sns from "aws-cdk-lib/aws-sns";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct, type IConstruct } from "constructs";
import { environment } from "../adapters/aws/names.ts";
import { BatonFunction } from "./function.ts";
import type { IBatonStateMachine } from "./machine-base.ts";
import { createAlarm } from "./metrics.ts";
import { shared } from "./shared.ts";

/** What the function gets, but for the execution's input: `StartMessage` of `lambdas/start-execution.ts`. */
export interface StartMessage {
  readonly endpoint: string;
  readonly keySecretArn: string;
  readonly stateMachineArn: string;
  readonly occasion: string;
  readonly target: string;
  readonly deadLetterQueueUrl?: string;
  readonly retryAttempts?: number;
  readonly maxEventAge?: number;
}

/** What the targets of rules and of schedules have in common, each in a type of its own. */
export type TriesProps = Pick<targets.TargetBaseProps, "deadLetterQueue" | "maxEventAge" | "retryAttempts">;

const timeout = Duration.minutes(1);

/**
 * Beyond the 186 tries that a start may have, and those that Lambda's throttling uses up. What kills its function
 * comes again after the visibility time-out only: for a day, as what fails does.
 */
const maxReceiveCount = 240;

/** Those of the stack for the machine's installation, with leave to start this machine. */
export function startsOf(scope: IConstruct, machine: IBatonStateMachine, bundles: string | undefined): Starts {
  const starts = shared(scope, machine._baton, "Starts", Starts, bundles);
  starts.alarm(machine._baton._alarmTopic);
  machine.grantStartExecution(starts.handler);
  return starts;
}

class Starts extends Construct {
  readonly queue: sqs.IQueue;
  readonly handler: lambda.IFunction;
  readonly #deadLetters: sqs.Queue;
  #alarm: cloudwatch.Alarm | undefined;

  constructor(scope: Construct, id: string, bundles: string) {
    super(scope, id);
    // What lies there was sent two days before at most: a broken function may be mended until its 14 days are over.
    this.#deadLetters = new sqs.Queue(this, "DeadLetterQueue", {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
    });
    this.queue = new sqs.Queue(this, "Queue", {
      // A day of tries, and a day in which nobody reads it.
      retentionPeriod: Duration.days(2),
      deadLetterQueue: { queue: this.#deadLetters, maxReceiveCount },
      // What Lambda asks for: time for a batch, and for being throttled.
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      enforceSSL: true,
    });
    const { handler } = new BatonFunction(this, "Function", {
      name: "start-execution",
      description: "Starts executions on Baton for the rules and schedules of this stack",
      timeout,
      bundles,
      memorySize: 256,
      logRetention: logs.RetentionDays.ONE_MONTH,
      environment: { [environment.startsQueueUrl]: this.queue.queueUrl },
    });
    handler.addEventSource(new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true }));
    this.handler = handler;
  }

  /** Goes off when there is a dead letter, however many targets ask for it. */
  alarm(topic: sns.ITopic | undefined): void {
    const { queueUrl } = this.#deadLetters;
    const metric = this.#deadLetters.metricApproximateNumberOfMessagesVisible({
      statistic: "max",
      period: Duration.minutes(1),
    });
    const alarmDescription = `What a rule or schedule starts crashed its function again and again: baton dlq list --starts ${queueUrl}`;
    this.#alarm ??= createAlarm(this, "DeadLettersAlarm", { metric, threshold: 1, alarmDescription }, topic);
  }

  /** `asker`: whose target it is; `occasion`: how the sender names the event. */
  message(
    machine: IBatonStateMachine,
    asker: IConstruct,
    name: string,
    occasion: string,
    { deadLetterQueue, maxEventAge, retryAttempts }: TriesProps,
  ): StartMessage {
    deadLetterQueue?.grantSendMessages(this.handler);
    return {
      endpoint: machine._baton.endpoint,
      keySecretArn: machine.keySecretArn("start"),
      stateMachineArn: machine.stateMachineArn,
      occasion,
      target: `${Stack.of(asker).stackId} ${asker.node.addr} ${name}`.trim(),
      ...(deadLetterQueue && { deadLetterQueueUrl: deadLetterQueue.queueUrl }),
      ...(retryAttempts !== undefined && { retryAttempts }),
      ...(maxEventAge && { maxEventAge: maxEventAge.toSeconds() }),
    };
  }
}
