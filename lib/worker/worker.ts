/**
 * A worker: one long-lived process that does what all the functions of the stack do, on any endpoints that speak
 * DynamoDB's, SQS's and S3's protocols. Any number of them share the work; none knows of another. This is the
 * composition root of `baton worker`.
 */
import { rememberAccessKeys } from "../adapters/aws/access-keys.ts";
import { makeClients } from "../adapters/aws/clients.ts";
import type { RequestSeen } from "../adapters/aws/counting.ts";
import { type InstallationNames, type InstallationOptions, openInstallation } from "../adapters/aws/parts.ts";
import type { AwsClients } from "../adapters/aws/settings.ts";
import { type AwsWorld, openAwsWorld } from "../adapters/aws/world.ts";
import type { OtlpSettings } from "../adapters/otlp/settings.ts";
import { otlpTraces } from "../adapters/otlp/traces.ts";
import { createVerifier } from "../api/authentication.ts";
import { createApi, usualBodyLimitBytes } from "../api/handler.ts";
import { type HttpAnswer, type HttpRequest, jsonAnswer } from "../api/http.ts";
import { withOwnService } from "../api/own-service.ts";
import { handle } from "../engine/advance.ts";
import { handleDeadLetter } from "../engine/dead-letter.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import type { Tenant } from "../engine/ports.ts";
import { s3Objects } from "../integrations/s3-objects.ts";
import { type Handler, serve } from "../local/server.ts";
import { openTasks, type TasksOptions } from "../local/tasks.ts";
import { callsUnderWay } from "./calls-under-way.ts";
import { startChores } from "./chores.ts";
import { type Pollers, type Source, startPollers } from "./pollers.ts";

export interface WorkerOptions extends TasksOptions {
  readonly names: InstallationNames;
  readonly installation: InstallationOptions;
  readonly tenant: Tenant;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Secrets with the API's access keys. None: the API trusts whoever reaches it, which only loopback may do. */
  readonly accessKeySecrets: readonly string[];
  /** Absent: the key that signs task tokens stands in the table. */
  readonly signingKeySecret?: string;
  readonly retentionDays?: number;
  /** The collector of traces; absent: nobody collects them. */
  readonly traces?: OtlpSettings;
  /** Most messages at work at once. */
  readonly atOnce: { readonly flow: number; readonly tasks: number };
  /** How long what runs may take to end when the worker is stopped. */
  readonly graceMilliseconds: number;
  readonly onError: (error: unknown, about: string) => void;
  readonly onRequest?: (request: RequestSeen) => void;
}

export interface Worker {
  readonly url: string;
  /** Takes no more; what runs ends, or is given up when its time is over: its attempt is lost, and Retry judges it. */
  stop(): Promise<Stopped>;
}

export interface Stopped {
  readonly handled: number;
  /** Calls that were still being made. */
  readonly givenUp: number;
}

/** A poll waits so long for a first message, and a worker that is to stop for its last polls. */
const pollSeconds = 5;
/** Of the three minutes that a message stays invisible, nobody misses this. */
const lingerMilliseconds = 50;
/** A worker whose queues have not answered for so long is of no use. */
const longestSilence = 60_000;
/** After the calls are given up: to write down that they are. */
const lastWords = 5_000;

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const clients = makeClients();
  const installation = await openInstallation(clients, options.names, options.installation);
  let handler: Handler = async () => jsonAnswer({ status: "starting" }, 503);
  const server = await serve((request) => handler(request), {
    port: options.port,
    host: options.host,
    anyName: options.accessKeySecrets.length > 0,
    bodyLimitBytes: usualBodyLimitBytes,
  });
  const functions = openTasks(options, server.url);
  const calls = callsUnderWay(withOwnService(functions.tasks, () => engine));
  const world = await openAwsWorld(
    {
      ...installation,
      clients,
      lingerMilliseconds,
      receiveWaitSeconds: pollSeconds,
      ...(options.signingKeySecret !== undefined && { signingKeySecret: options.signingKeySecret }),
      ...(options.onRequest && { onRequest: options.onRequest }),
    },
    calls.tasks,
    s3Objects(),
  );
  const report = (problem: string): void => options.onError(problem, "traces");
  const traces = options.traces && otlpTraces(options.traces, { report });
  const engine: Engine = createEngine(traces ? { ...world, traces } : world, {
    leaseMilliseconds: installation.taskVisibilitySeconds * 1_000,
    ...(options.retentionDays !== undefined && { retentionDays: options.retentionDays }),
  });
  const pollers = startPollers(sourcesOf(engine, world, options), { now: world.clock.now, onError: options.onError });
  const chores = startChores(engine, options.tenant, options.onError);
  const api = apiOf(engine, clients, options);
  const state = { stopping: false };
  handler = (request) => (isHealthCheck(request) ? health(pollers, world.clock.now(), state.stopping) : api(request));
  return {
    url: server.url,
    async stop() {
      state.stopping = true;
      const done = Promise.all([pollers.stop(), chores.stop()]);
      await within(options.graceMilliseconds, done);
      const givenUp = calls.giveUp();
      await within(lastWords, done);
      await server.close(0);
      await functions.close();
      await traces?.close();
      world.close();
      return { handled: pollers.handled(), givenUp };
    },
  };
}

/** Flow steps are short, so one poll's ten are soon done; a task's place is taken for as long as its call takes. */
function sourcesOf(engine: Engine, { inbox, deadLetters }: AwsWorld, { atOnce }: WorkerOptions): readonly Source[] {
  const advance = (lane: "flow" | "tasks", polls: number): Source => ({
    name: lane,
    receive: (max) => inbox.receive(lane, max),
    inbox,
    handle: (delivery) => handle(engine, delivery),
    atOnce: atOnce[lane],
    polls,
  });
  const lanes = [advance("flow", 2), advance("tasks", 1)];
  if (!deadLetters) return lanes;
  const dead: Source = {
    name: "dead letters",
    receive: (max) => deadLetters.receive("flow", max),
    inbox: deadLetters,
    handle: (delivery) => handleDeadLetter(engine, delivery),
    atOnce: 10,
    polls: 1,
  };
  return [...lanes, dead];
}

function apiOf(engine: Engine, { secrets }: AwsClients, options: WorkerOptions): Handler {
  const { tenant, accessKeySecrets, onError } = options;
  const keyOf = rememberAccessKeys(accessKeySecrets, secrets);
  return createApi(engine, {
    authentication: accessKeySecrets.length > 0 ? createVerifier({ keyOf, region: tenant.region }) : "none",
    tenant,
    report: (error, requestId) => onError(error, `request ${requestId}`),
  });
}

function isHealthCheck({ url, method }: HttpRequest): boolean {
  return method === "GET" && new URL(url).pathname === "/health";
}

/** 503 tells a load balancer to send nobody, and whoever watches that this worker can do nothing. */
async function health(pollers: Pollers, now: number, stopping: boolean): Promise<HttpAnswer> {
  const silent = now - pollers.answeredAt();
  const status = stopping ? "stopping" : silent > longestSilence ? "unreachable" : "ok";
  const body = { status, atWork: pollers.atWork(), queuesAnsweredSecondsAgo: Math.round(silent / 1_000) };
  return jsonAnswer(body, status === "ok" ? 200 : 503);
}

function within(milliseconds: number, work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return Promise.race([work, over]).finally(() => clearTimeout(timer));
}
