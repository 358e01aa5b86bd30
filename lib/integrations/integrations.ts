/**
 * Everything a Task can call, as one table from the shape of its Resource to the integration, and the
 * port `Tasks` over it. Activities are not here: nobody calls them, their workers come and ask.
 */
import type { JobCall, JobState } from "../engine/job-port.ts";
import type { Call, CallResult, Tasks } from "../engine/ports.ts";
import type { Metrics } from "../engine/watch-port.ts";
import { apiGatewayInvoke } from "./api-gateway.ts";
import { awsSdk, sdkAsking, sdkResource } from "./aws-sdk.ts";
import { callFailure } from "./call-failure.ts";
import type { FunctionInvoker } from "./function-invoker.ts";
import { inOrder } from "./function-invoker.ts";
import { eventBridgeConnections } from "./http/event-bridge.ts";
import { type HttpOptions, httpInvoke } from "./http-invoke.ts";
import { createIdentity, type Identity } from "./identity.ts";
import type { Integration, IntegrationCall } from "./integration.ts";
import { noteOf, pollJob, stopJob } from "./jobs.ts";
import {
  type Kubernetes,
  kubernetesCall,
  kubernetesRunJob,
  pollKubernetesJob,
  stopKubernetesJob,
} from "./kubernetes.ts";
import { lambdaFunction } from "./lambda-function.ts";
import { lambdaInvoke } from "./lambda-invoke.ts";
import { lambdaService } from "./lambda-service.ts";
import { type ResourceLimit, withLimits } from "./limits.ts";
import { createSdk, type SendBySdk } from "./sdk/sdk.ts";
import { createSigner } from "./sdk/sign.ts";
import { askingOf, serviceAction } from "./service.ts";
import { services } from "./services/services.ts";

export interface TasksOptions {
  /** Who runs functions, asked in this order; by default AWS. */
  readonly functions?: readonly FunctionInvoker[];
  /** Connections of HTTP tasks, and where those may go; by default EventBridge's, and the public internet. */
  readonly http?: Partial<HttpOptions>;
  /** How much of what may be called at once, and when it is left alone; by default nothing is limited. */
  readonly limits?: readonly ResourceLimit[];
  /** Told of calls that the limits hold back; by default nobody is. */
  readonly metrics?: Metrics | undefined;
  /** Under whose name AWS is called; by default the process's own, or the role that a state's `Credentials` name. */
  readonly identity?: Identity;
}

interface Row {
  readonly resource: RegExp;
  readonly patterns: readonly IntegrationCall["pattern"][];
  readonly integration: Integration;
  /** How the jobs that it begins stand, and how they are stopped. */
  readonly jobs?: {
    readonly poll: (call: JobCall) => Promise<JobState>;
    readonly stop: (call: JobCall) => Promise<void>;
  };
}

export function createTasks(options: TasksOptions = {}): Tasks {
  const { identity = createIdentity(), http = {}, limits = [] } = options;
  const { functions = [lambdaService({ identity })] } = options;
  const invoke = inOrder(functions);
  const send = createSdk(identity);
  const signer = createSigner(identity);
  const table: readonly Row[] = [
    { resource: /^arn:[\w-]+:lambda:/, patterns: ["request-response"], integration: lambdaFunction(invoke) },
    {
      resource: optimized("lambda", "invoke"),
      patterns: ["request-response", "token"],
      integration: lambdaInvoke(invoke),
    },
    {
      resource: optimized("http", "invoke"),
      patterns: ["request-response"],
      integration: httpInvoke({ connections: eventBridgeConnections(send), ...http }),
    },
    {
      resource: optimized("apigateway", "invoke"),
      patterns: ["request-response", "token"],
      integration: apiGatewayInvoke(signer, http.reach),
    },
    ...kubernetesRows({ signer, reach: http.reach ?? {} }),
    ...serviceRows(send),
    sdkRow(send),
  ];
  const tasks: Tasks = {
    call: (call) => callBy(table, call),
    jobs: { poll: (job) => pollBy(table, job), stop: (job) => stopBy(table, job) },
  };
  return withLimits(tasks, limits, { metrics: options.metrics });
}

function kubernetesRows(kubernetes: Kubernetes): readonly Row[] {
  return [
    { resource: optimized("eks", "call"), patterns: ["request-response"], integration: kubernetesCall(kubernetes) },
    {
      resource: optimized("eks", "runJob"),
      patterns: ["request-response", "sync"],
      integration: kubernetesRunJob(kubernetes),
      jobs: {
        poll: (call) => pollKubernetesJob(kubernetes, call),
        stop: (call) => stopKubernetesJob(kubernetes, call),
      },
    },
  ];
}

function serviceRows(send: SendBySdk): readonly Row[] {
  return services.flatMap((service) =>
    Object.entries(service.actions).map(([name, action]): Row => {
      const { job, judge, waitsForToken } = action;
      const asking = askingOf(service, action);
      return {
        resource: optimized(service.resource, name),
        patterns: [
          "request-response",
          ...(job ? (["sync"] as const) : []),
          ...(waitsForToken ? (["token"] as const) : []),
        ],
        integration: serviceAction(service, name, action, send),
        ...(job && {
          jobs: {
            poll: (call: JobCall) => pollJob(send, asking, job, call, judge),
            stop: (call: JobCall) => stopJob(send, asking, call),
          },
        }),
      };
    }),
  );
}

function sdkRow(send: SendBySdk): Row {
  return {
    resource: sdkResource,
    patterns: ["request-response", "token", "sync"],
    integration: awsSdk(send),
    jobs: {
      poll: async (call) => {
        const { poller } = noteOf(call);
        if (poller === undefined) throw new Error(`the job of ${call.resource} has no poller`);
        return pollJob(send, sdkAsking(plain(call.resource)), poller, call);
      },
      stop: (call) => stopJob(send, sdkAsking(plain(call.resource)), call),
    },
  };
}

/** `arn:aws:states:::service:action`; Region and account may stand in it. */
function optimized(service: string, action: string): RegExp {
  return new RegExp(`^arn:[\\w-]+:states:[\\w-]*:\\d*:${service}:${action}$`);
}

const suffix = /\.(sync|waitForTaskToken)$/;

function plain(resource: string): string {
  return resource.replace(suffix, "");
}

function patternOf(resource: string): IntegrationCall["pattern"] {
  const [, name] = suffix.exec(resource) ?? [];
  if (name === "sync") return "sync";
  return name === undefined ? "request-response" : "token";
}

async function callBy(table: readonly Row[], call: Call): Promise<CallResult> {
  const pattern = patternOf(call.resource);
  const resource = plain(call.resource);
  const row = table.find((candidate) => candidate.resource.test(resource) && candidate.patterns.includes(pattern));
  if (row === undefined) {
    return callFailure("States.Runtime", `The resource provided ${call.resource} is not recognized.`);
  }
  return await row.integration(integrationCall(call, resource, pattern));
}

/** Member by member: a copy with a new member has a shape of its own each time, and is slow wherever it is read. */
function integrationCall(call: Call, resource: string, pattern: IntegrationCall["pattern"]): IntegrationCall {
  const whole: { readonly [Member in keyof Required<IntegrationCall>]: IntegrationCall[Member] } = {
    resource,
    pattern,
    arguments: call.arguments,
    region: call.region,
    account: call.account,
    roleArn: call.roleArn,
    machineRoleArn: call.machineRoleArn,
    stateMachineArn: call.stateMachineArn,
    idempotencyKey: call.idempotencyKey,
    traceHeader: call.traceHeader,
    claim: call.claim,
    resumes: call.resumes,
    inspect: call.inspect,
    signal: call.signal,
  };
  return whole;
}

async function pollBy(table: readonly Row[], call: JobCall): Promise<JobState> {
  return await jobsOf(table, call).poll(call);
}

async function stopBy(table: readonly Row[], call: JobCall): Promise<void> {
  await jobsOf(table, call).stop(call);
}

function jobsOf(table: readonly Row[], { resource }: JobCall): NonNullable<Row["jobs"]> {
  const jobs = table.find((candidate) => candidate.jobs && candidate.resource.test(plain(resource)))?.jobs;
  if (jobs === undefined) throw new Error(`no call of ${resource} begins a job`);
  return jobs;
}
