/** Baton's own measures, made from what SQS counts anyway, and the alarms on them. */
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as sns from "aws-cdk-lib/aws-sns";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

export interface MeasuredQueues {
  readonly flow: sqs.IQueue;
  readonly tasks: sqs.IQueue;
  readonly deadLetters: sqs.IQueue;
}

/** SQS stops delivering at about 120,000 messages in flight. */
const inFlightLimit = 120_000;
const inFlightAlarm = 0.8 * inFlightLimit;

/** A delayed message counts from when it was sent, and a delay may be 15 minutes. */
const oldestMessageAlarm = Duration.minutes(30);

const minute = Duration.minutes(1);

/** A message carries one transition, and is deleted when that is done. */
export function transitions(queues: MeasuredQueues, props?: cloudwatch.MetricOptions): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    label: "Transitions",
    period: minute,
    ...props,
    expression: "flow + tasks",
    usingMetrics: {
      flow: queues.flow.metricNumberOfMessagesDeleted({ statistic: "sum" }),
      tasks: queues.tasks.metricNumberOfMessagesDeleted({ statistic: "sum" }),
    },
  });
}

/** Those that wait and those at work: what the handler has just taken up is still a dead letter. */
export function deadLetters(queues: MeasuredQueues, props?: cloudwatch.MetricOptions): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    label: "Dead letters",
    period: minute,
    ...props,
    expression: "visible + inFlight",
    usingMetrics: {
      visible: queues.deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: "max" }),
      inFlight: queues.deadLetters.metricApproximateNumberOfMessagesNotVisible({ statistic: "max" }),
    },
  });
}

/** Its function empties the queue within seconds, and what lies in it is looked at once a minute: what was taken out of it counts, too. */
function deadLettersSeen(queues: MeasuredQueues): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    label: "Dead letters",
    period: minute,
    expression: "waiting + taken",
    usingMetrics: {
      waiting: deadLetters(queues),
      taken: queues.deadLetters.metricNumberOfMessagesReceived({ statistic: "sum" }),
    },
  });
}

/** A failed run is tried twice more, and the next is a minute away: so many in five minutes are no accident. */
const timerFailures = 5;

export interface AlarmOptions {
  readonly transitionsPerHour: number;
  readonly topic: sns.ITopic | undefined;
  readonly timers: lambda.IFunction;
}

export function createAlarms(
  scope: Construct,
  queues: MeasuredQueues,
  options: AlarmOptions,
): readonly cloudwatch.Alarm[] {
  const oldest = (queue: sqs.IQueue) => queue.metricApproximateAgeOfOldestMessage({ statistic: "max", period: minute });
  const inFlight = (queue: sqs.IQueue) =>
    queue.metricApproximateNumberOfMessagesNotVisible({ statistic: "max", period: minute });
  const limits: readonly [id: string, metric: cloudwatch.IMetric, threshold: number, description: string][] = [
    ["DeadLetters", deadLettersSeen(queues), 1, "A message crashed its worker again and again"],
    ["FlowOldest", oldest(queues.flow), oldestMessageAlarm.toSeconds(), "Executions are not advancing"],
    ["TasksOldest", oldest(queues.tasks), oldestMessageAlarm.toSeconds(), "Tasks are not being worked on"],
    [
      "TimersFailing",
      options.timers.metricErrors({ statistic: "sum", period: Duration.minutes(5) }),
      timerFailures,
      "Waits and retries of more than 15 minutes may not end: the function for timers fails",
    ],
    ["FlowInFlight", inFlight(queues.flow), inFlightAlarm, "SQS stops delivering at 120,000 in flight"],
    ["TasksInFlight", inFlight(queues.tasks), inFlightAlarm, "SQS stops delivering at 120,000 in flight"],
    [
      "Transitions",
      transitions(queues, { period: Duration.hours(1) }),
      options.transitionsPerHour,
      "More transitions in an hour than expected: a machine may be looping",
    ],
  ];
  return limits.map(([id, metric, threshold, alarmDescription]) =>
    createAlarm(scope, `${id}Alarm`, { metric, threshold, alarmDescription }, options.topic),
  );
}

/** Goes off as soon as the threshold is reached; no data is no trouble. */
export function createAlarm(
  scope: Construct,
  id: string,
  limit: Pick<cloudwatch.AlarmProps, "metric" | "threshold" | "alarmDescription">,
  topic: sns.ITopic | undefined,
): cloudwatch.Alarm {
  const alarm = new cloudwatch.Alarm(scope, id, {
    ...limit,
    evaluationPeriods: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  if (topic !== undefined) alarm.addAlarmAction(new SnsAction(topic));
  return alarm;
}
