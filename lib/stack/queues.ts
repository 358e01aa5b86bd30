/** The two lanes and their dead-letter queue. */
import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

export interface Queues {
  readonly flow: sqs.Queue;
  readonly tasks: sqs.Queue;
  readonly deadLetters: sqs.Queue;
}

/**
 * Receives say nothing about failure: leases, throttles and late duplicates use them up too.
 * So only what kills the runtime again and again gets as far as the dead-letter queue.
 */
const maxReceiveCount = 20;

/** Written out, because a queue keeps the limit it was made with, and that was 256 KiB for long. */
const maxMessageSizeBytes = 1_048_576;

export function createQueues(
  scope: Construct,
  timeouts: { readonly advance: Duration; readonly task: Duration; readonly deadLetters: Duration },
  removalPolicy: RemovalPolicy,
): Queues {
  const shared = {
    retentionPeriod: Duration.days(14),
    maxMessageSizeBytes,
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    removalPolicy,
  };
  const deadLetters = new sqs.Queue(scope, "DeadLetterQueue", {
    ...shared,
    visibilityTimeout: sixTimes(timeouts.deadLetters),
  });
  const deadLetterQueue = { queue: deadLetters, maxReceiveCount };
  const flow = new sqs.Queue(scope, "FlowQueue", {
    ...shared,
    visibilityTimeout: sixTimes(timeouts.advance),
    deadLetterQueue,
  });
  const tasks = new sqs.Queue(scope, "TasksQueue", {
    ...shared,
    visibilityTimeout: andThirtieth(timeouts.task),
    deadLetterQueue,
  });
  return { flow, tasks, deadLetters };
}

/** What Lambda asks for: time for a batch, and for being throttled. */
function sixTimes(timeout: Duration): Duration {
  return Duration.seconds(timeout.toSeconds() * 6);
}

/** A task worker deletes each message itself; what it leaves comes back soon after the worker is gone (15 min: 15.5). */
function andThirtieth(timeout: Duration): Duration {
  return Duration.seconds(timeout.toSeconds() + Math.ceil(timeout.toSeconds() / 30));
}
