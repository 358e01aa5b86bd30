/**
 * Task: schedules an attempt, says how it went, and leaves with its result. Making the call is somebody
 * else's work; here an attempt is the claim that exactly one worker may act on.
 */
import type { TaskState } from "../definition.ts";
import type { EvaluationScope } from "../evaluate/scope.ts";
import type { EventDetails } from "../event.ts";
import { failState } from "../failure.ts";
import type { JsonText } from "../json.ts";
import type { Failure, TaskCall, Working } from "../position.ts";
import type { Signal, Transition } from "../transition.ts";
import { numberOf, secondsBounds, text } from "./computed.ts";
import { failureDetails } from "./finish.ts";
import { inFull, type Journal, write } from "./journal.ts";
import { departWith, effectiveInput, evaluated, leave } from "./leave.ts";
import { exceeds, tooLarge } from "./limit.ts";
import { lostCause } from "./lost.ts";
import { Payload } from "./payload.ts";
import { type Resource, readResource } from "./resource.ts";
import { noteArguments, scopeOf, stay, type Visit } from "./visit.ts";

/** Claims an attempt: the first, or another one after a retry. */
export async function schedule(visit: Visit<TaskState>): Promise<Transition> {
  const { state, moment, journal } = visit;
  const resource = readResource(state.resource);
  const call = await prepare(visit, resource);
  writeScheduled(journal, resource, call, moment.execution.region);
  if (resource.family === "LambdaFunction") write(journal, "LambdaFunctionStarted");
  if (resource.family === "Task") write(journal, "TaskStarted", named(resource));
  return stay(visit, { kind: "working", claim: moment.seq, call, submitted: false, since: moment.now });
}

async function prepare(visit: Visit<TaskState>, resource: Resource): Promise<TaskCall> {
  const { state, entered, position } = visit;
  const { doing } = position;
  const input = state.queryLanguage === "JSONata" ? visit.input : effectiveInput(visit);
  const scope = (): EvaluationScope => scopeOf(visit, input, { claiming: hasToken(resource) });
  const given = state.parameters === undefined ? input : await evaluated(state.parameters, scope());
  noteArguments(visit, given);
  if (exceeds(given.text, visit.moment.execution.payloadLimitBytes)) throw tooLarge(state.name);
  const { timeoutSeconds, heartbeatSeconds, roleArn } = state;
  const timeout = timeoutSeconds && (await numberOf("TimeoutSeconds", timeoutSeconds, scope(), secondsBounds));
  const heartbeat = heartbeatSeconds && (await numberOf("HeartbeatSeconds", heartbeatSeconds, scope(), secondsBounds));
  const role = roleArn && (await text("Credentials/RoleArn", roleArn, scope()));
  return {
    resource: state.resource,
    pattern: resource.pattern,
    arguments: given.text,
    attempt: entered.retryCount,
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    ...(heartbeat === undefined ? {} : { heartbeatSeconds: heartbeat }),
    ...(role === undefined ? {} : { roleArn: role }),
    ...(doing.kind === "retrying" && doing.resumes && { resumes: doing.resumes }),
  };
}

/** A `.sync` task can be answered by its token, too (recorded on AWS); others have none to show. */
function hasToken(resource: Resource): boolean {
  return resource.pattern === "token" || resource.pattern === "sync";
}

function writeScheduled(journal: Journal, resource: Resource, call: TaskCall, region: string): void {
  const limits: EventDetails = {
    ...(call.timeoutSeconds === undefined ? {} : { timeoutInSeconds: call.timeoutSeconds }),
    ...(call.heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: call.heartbeatSeconds }),
  };
  const credentials: EventDetails = call.roleArn === undefined ? {} : { taskCredentials: { roleArn: call.roleArn } };
  if (resource.family === "Task") {
    const details = { ...named(resource), region, parameters: call.arguments, ...limits, ...credentials };
    write(journal, "TaskScheduled", details);
    return;
  }
  const details = { resource: resource.arn, input: call.arguments, inputDetails: inFull, ...limits };
  if (resource.family === "Activity") write(journal, "ActivityScheduled", details);
  else write(journal, "LambdaFunctionScheduled", { ...details, ...credentials });
}

/** What every event of the Task family says of its resource. */
function named(resource: Resource): EventDetails {
  if (resource.family !== "Task") return {};
  return { resourceType: resource.resourceType, resource: resource.resource };
}

/** What may happen to an attempt. */
export type Answer = Extract<
  Signal,
  { readonly kind: "submitted" | "polled" | "started" | "succeeded" | "failed" | "timed-out" | "lost" }
>;

export function stepTask(visit: Visit<TaskState>, working: Working, answer: Answer): Transition | Promise<Transition> {
  const resource = readResource(visit.state.resource);
  switch (answer.kind) {
    case "submitted":
      return submitted(visit, working, resource, answer);
    case "polled":
      return polled(visit, working);
    case "started":
      return started(visit, working, answer.workerName);
    case "succeeded":
      return succeeded(visit, resource, answer.output);
    case "failed":
      return failed(visit, resource, answer.failure, failedEvent(working, resource));
    case "timed-out":
      return answer.by === "worker" ? overWorker(visit, resource) : timedOut(visit, resource, answer.by);
    case "lost":
      return lost(visit, working, resource);
  }
}

function submitted(
  visit: Visit,
  working: Working,
  resource: Resource,
  { output, job: note, firstPause }: Extract<Answer, { kind: "submitted" }>,
): Transition {
  write(visit.journal, "TaskSubmitted", { ...named(resource), output, outputDetails: inFull });
  const pause = firstPause === undefined ? {} : { firstPause };
  return stay(visit, { ...working, submitted: true, ...(note !== undefined && { job: { note, polls: 0, ...pause } }) });
}

/** No event tells of it: the service has none. */
function polled(visit: Visit, working: Working): Transition {
  const { job } = working;
  if (job === undefined) throw new Error(`the state '${visit.state.name}' waits for no job that could be asked for`);
  return stay(visit, { ...working, job: { ...job, polls: job.polls + 1 } });
}

/** The time of an activity task counts from its start, and its worker is the one who has it now. */
function started(visit: Visit, working: Working, workerName: string | undefined): Transition {
  write(visit.journal, "ActivityStarted", workerName === undefined ? {} : { workerName });
  return stay(visit, { ...working, submitted: true, since: visit.moment.now, scheduledAt: working.since });
}

async function succeeded(visit: Visit<TaskState>, resource: Resource, output: JsonText): Promise<Transition> {
  if (exceeds(output, visit.moment.execution.payloadLimitBytes)) {
    const who = resource.family === "Task" ? resource.resourceType : resource.arn;
    // Against the documentation: such an attempt is caught as any other that failed (measured).
    const { failure } = tooLarge(who);
    write(visit.journal, `${resource.family}Failed`, { ...named(resource), ...failureDetails(failure) });
    return failState(visit, failure, { also: "States.TaskFailed" });
  }
  write(visit.journal, `${resource.family}Succeeded`, { ...named(resource), output, outputDetails: inFull });
  const result = Payload.ofText(output);
  visit.moment.watch?.note("result", result);
  return leave(visit, await departWith(visit, result, visit.state.following));
}

/** Where the result was to come later, a call that was refused is not yet a task that failed. */
function failedEvent(working: Working, resource: Resource): "TaskSubmitFailed" | `${Resource["family"]}Failed` {
  return hasToken(resource) && !working.submitted ? "TaskSubmitFailed" : `${resource.family}Failed`;
}

function failed(
  visit: Visit<TaskState>,
  resource: Resource,
  failure: Failure,
  type: ReturnType<typeof failedEvent> = `${resource.family}Failed`,
): Promise<Transition> {
  write(visit.journal, type, { ...named(resource), ...failureDetails(failure) });
  return failState(visit, failure);
}

/** The missing heartbeat is a time-out, too; only Retry and Catch can tell it apart. */
function timedOut(visit: Visit<TaskState>, resource: Resource, by: "timeout" | "heartbeat"): Promise<Transition> {
  const failure = writeTimedOut(visit.journal, resource);
  return failState(visit, failure, by === "heartbeat" ? { also: "States.HeartbeatTimeout" } : {});
}

/** The worker is alive and the call goes on: unlike an attempt that was lost, it is known to have been made. */
function overWorker(visit: Visit<TaskState>, resource: Resource): Promise<Transition> {
  const cause =
    "No answer came within the longest time that a worker waits for one, and the call may still be going on. Work that takes longer can be waited for with '.sync' or '.waitForTaskToken'.";
  return failState(visit, writeTimedOut(visit.journal, resource, cause));
}

export function writeTimedOut(journal: Journal, resource: Resource, cause?: string): Failure {
  const failure: Failure = { error: "States.Timeout", ...(cause !== undefined && { cause }) };
  write(journal, `${resource.family}TimedOut`, { ...named(resource), ...failureDetails(failure) });
  return failure;
}

function lost(visit: Visit<TaskState>, working: Working, resource: Resource): Promise<Transition> {
  const { timeoutSeconds } = working.call;
  if (timeoutSeconds !== undefined && visit.moment.now >= working.since + timeoutSeconds * 1000) {
    return timedOut(visit, resource, "timeout");
  }
  return failed(visit, resource, { error: "States.TaskFailed", cause: lostCause });
}
