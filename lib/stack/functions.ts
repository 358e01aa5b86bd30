/** The functions, and which queue each of them works on, or at which times. */
import { Duration } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { environment as names } from "../adapters/aws/names.ts";
import type { BatonProps } from "./baton.ts";
import { BatonFunction, type FunctionName, packagedBundles } from "./function.ts";
import { apiTimeout, syncTimeout } from "./gateway.ts";
import type { Queues } from "./queues.ts";

export type Functions = Readonly<Record<FunctionName, BatonFunction>>;

/** Lambda gives CPU by memory: a step is a few milliseconds of it, a task worker mostly waits. */
const parts: Record<FunctionName, { id: string; memorySize: number; description: string }> = {
  advance: { id: "Advance", memorySize: 512, description: "One step of an execution for each message" },
  tasks: { id: "Tasks", memorySize: 512, description: "Makes the calls of Task states" },
  timers: { id: "Timers", memorySize: 256, description: "Sends the timers that are due" },
  "dead-letters": { id: "DeadLetters", memorySize: 256, description: "Ends what no worker survives" },
  heal: { id: "Heal", memorySize: 512, description: "Sets going again what has lost its message" },
  api: { id: "ApiHandler", memorySize: 512, description: "The Step Functions wire protocol and REST" },
  sync: { id: "Sync", memorySize: 512, description: "The same API, for requests that take as long as they run" },
};

export function createFunctions(
  scope: Construct,
  props: BatonProps,
  timeouts: Readonly<Record<FunctionName, Duration>>,
  environment: Readonly<Record<string, string>>,
): Functions {
  const create = (name: FunctionName, more: Readonly<Record<string, string>> = {}) =>
    new BatonFunction(scope, parts[name].id, {
      name,
      description: parts[name].description,
      memorySize: parts[name].memorySize,
      timeout: timeouts[name],
      bundles: props.bundles ?? packagedBundles(),
      logRetention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      environment: { ...environment, ...more },
    });
  const tasks = create("tasks");
  const callers = { [names.tasksFunction]: tasks.handler.functionArn };
  return {
    advance: create("advance"),
    tasks,
    timers: create("timers"),
    "dead-letters": create("dead-letters"),
    heal: create("heal"),
    api: create("api", callers),
    sync: create("sync", callers),
  };
}

export function timeoutsOf(props: BatonProps): Record<FunctionName, Duration> {
  return {
    advance: props.advanceTimeout ?? Duration.seconds(30),
    tasks: props.taskTimeout ?? Duration.minutes(15),
    timers: Duration.seconds(50),
    "dead-letters": Duration.seconds(30),
    heal: Duration.minutes(15),
    api: apiTimeout,
    sync: syncTimeout,
  };
}

/** What the functions have to know of how Tasks make their calls. */
export function taskSettings({ resourceLimits, machineRoles, externalId }: BatonProps): Record<string, string> {
  return {
    ...(resourceLimits && { [names.resourceLimits]: JSON.stringify(resourceLimits) }),
    ...(machineRoles && { [names.machineRoles]: "1" }),
    ...(externalId !== undefined && { [names.externalId]: externalId }),
  };
}

/** Concurrency is bounded where the queue is read: a reservation would throttle, and use up receives. */
export function consume(functions: Functions, queues: Queues, props: BatonProps): void {
  const batches = { batchSize: 10, reportBatchItemFailures: true };
  functions.advance.handler.addEventSource(
    new SqsEventSource(queues.flow, { ...batches, ...bounded(props.maxAdvanceConcurrency) }),
  );
  functions.tasks.handler.addEventSource(
    new SqsEventSource(queues.tasks, { ...batches, ...bounded(props.maxTaskConcurrency) }),
  );
  functions["dead-letters"].handler.addEventSource(new SqsEventSource(queues.deadLetters, batches));
}

function bounded(maxConcurrency: number | undefined): { maxConcurrency?: number } {
  return maxConcurrency === undefined ? {} : { maxConcurrency };
}

export function runByClock(scope: Construct, { timers, heal }: Functions): void {
  new events.Rule(scope, "EachMinute", {
    description: "Sends the timers that are due",
    schedule: events.Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaFunction(timers.handler)],
  });
  new events.Rule(scope, "EachDay", {
    description: "Looks for executions that stand still",
    schedule: events.Schedule.rate(Duration.days(1)),
    targets: [new LambdaFunction(heal.handler)],
  });
}
