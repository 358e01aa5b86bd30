/**
 * Baton in one process: the embedded store, the engine's loop and the API on a loopback port. This is the
 * composition root of `baton dev`, `baton run` and of programs that embed Baton.
 */
import { systemChance } from "../adapters/local/chance.ts";
import { folderObjects } from "../adapters/local/objects.ts";
import { localTelemetry } from "../adapters/local/telemetry.ts";
import { openLocalWorld } from "../adapters/local/world.ts";
import type { OtlpSettings } from "../adapters/otlp/settings.ts";
import { otlpTraces } from "../adapters/otlp/traces.ts";
import { newAccessKey } from "../api/access.ts";
import { createVerifier, type Verifier } from "../api/authentication.ts";
import { createChanges, tellingChanges } from "../api/changes.ts";
import { readConsole } from "../api/console.ts";
import { createApi, usualBodyLimitBytes } from "../api/handler.ts";
import { jsonAnswer } from "../api/http.ts";
import { withOwnService } from "../api/own-service.ts";
import type { Credentials } from "../api/signature.ts";
import { createEngine, type Engine, type EngineOptions } from "../engine/engine.ts";
import type { AccessKey, Tasks } from "../engine/ports.ts";
import type { ResourceLimit } from "../integrations/limits.ts";
import { s3Objects } from "../integrations/s3-objects.ts";
import { accessKeysOf } from "./access-keys.ts";
import type { OutputLine } from "./functions/functions.ts";
import { keepLines } from "./functions/kept-lines.ts";
import { runLoop } from "./loop.ts";
import { openMockFile, withMocks } from "./mock-config.ts";
import { packageFile } from "./package.ts";
import { type Handler, serve } from "./server.ts";
import { openTasks } from "./tasks.ts";

export interface LocalOptions {
  /** Where executions are kept; made if it is not there. One process at a time may have it. */
  readonly folder: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Folders whose files are Lambda handlers. */
  readonly functionFolders?: readonly string[];
  /** Functions behind a URL, by name. */
  readonly functionUrls?: Readonly<Record<string, string>>;
  /** File with the connections of HTTP tasks; without it they are EventBridge's. */
  readonly connections?: string;
  /** HTTP tasks may call this machine, by plain HTTP too. By default they may not. */
  readonly httpToLoopback?: boolean;
  /** How much of what Tasks may call at once, and when it is left alone; by default nothing is limited. */
  readonly limits?: readonly ResourceLimit[];
  /** A folder that stands in for S3: DIR/bucket/key. Without it files are read from S3 itself, as the SDK finds it. */
  readonly objects?: string;
  /** Origins whose pages may call from a browser; `*` for all. None by default. */
  readonly corsOrigins?: readonly string[];
  /** A mock configuration of Step Functions Local: `<arn>#TestCase` starts a test case of it. */
  readonly mockConfig?: string;
  /** Requests must be signed with a key that `baton keys` issued for this folder. By default loopback is trusted. */
  readonly requireKeys?: boolean;
  /** The collector of traces; absent: nobody collects them. */
  readonly traces?: OtlpSettings;
  /** Metrics and status changes go to JSON lines in the folder. By default they go nowhere. */
  readonly telemetry?: boolean;
  /** Each line that a function of a folder prints. */
  readonly onLine?: (line: OutputLine) => void;
  /** Told of each message that could not be worked on and each request that failed; default: standard error. */
  readonly onError?: (error: unknown) => void;
  /** Told once when the store can no longer be written, as on a full disk. Nothing works from then on; what was acknowledged is safe. */
  readonly onBroken?: (error: unknown) => void;
  readonly engine?: Partial<EngineOptions>;
  /** Answers every Task in place of functions and services. */
  readonly tasks?: Tasks;
}

export interface LocalBaton {
  readonly url: string;
  readonly engine: Engine;
  /** What this process itself signs with where keys are required: a key that may do everything and ends with it. */
  readonly credentials?: Credentials;
  /** Executions that were open when the store was opened, and go on now. */
  readonly resumed: number;
  /** Takes no more work, lets what runs finish for a moment, and closes the store. */
  close(): Promise<void>;
}

/** Tasks wait for others, so many may run at once; flow steps take the processor, so few do. */
const atOnce = { flow: 64, tasks: 256 };

/** A task that is not done by then is given up; the next start judges it as a lost attempt. */
const graceMilliseconds = 3_000;

/** Guards of API calls: the process that made the call either lives or is gone with the folder's lock. */
const guardDelayMilliseconds = 10_000;

/** No call outlives the process, and the lock tells that it is gone: the lease itself need not end. */
const leaseMilliseconds = 366 * 24 * 3_600_000;

/** What has outlived its retention is removed little by little, so that nobody waits for it. */
const cleaningInterval = 60_000;
const rowsPerCleaning = 1_000;

const folderInstead = "On this machine a folder can stand in for S3: --objects DIR, with the object as DIR/bucket/key.";

export async function startLocal(options: LocalOptions): Promise<LocalBaton> {
  const onError = options.onError ?? ((error: unknown) => console.error(error));
  let handler: Handler = async () => jsonAnswer({ status: "starting" }, 503);
  const server = await serve((request) => handler(request), {
    port: options.port,
    bodyLimitBytes: usualBodyLimitBytes,
    ...(options.corsOrigins && { corsOrigins: options.corsOrigins }),
  });
  const lines = keepLines(Date.now);
  const onLine = (line: OutputLine): void => {
    lines.add(line);
    options.onLine?.(line);
  };
  const telemetry = options.telemetry ? localTelemetry(options.folder, onError) : undefined;
  const page = readConsole(packageFile("dist", "console"));
  let closeFunctions = async (): Promise<void> => {};
  try {
    const functions = openTasks({ ...options, onLine, metrics: telemetry?.metrics }, server.url);
    closeFunctions = functions.close;
    const called = options.tasks ?? withOwnService(functions.tasks, () => engine);
    const testCases = options.mockConfig === undefined ? undefined : openMockFile(options.mockConfig);
    const tasks = testCases ? withMocks(called, testCases, () => engine) : called;
    const objects = options.objects === undefined ? s3Objects(folderInstead) : folderObjects(options.objects);
    const broken = options.onBroken && { onBroken: options.onBroken };
    const world = await openLocalWorld({ folder: options.folder, tasks, objects, ...broken });
    const changes = createChanges();
    const own = { guardDelayMilliseconds, leaseMilliseconds, ...(testCases && { testCases }) };
    const traces = options.traces && otlpTraces(options.traces, { report: onError });
    const watched = {
      ...tellingChanges(world, changes),
      functionLines: lines,
      ...telemetry,
      ...(traces && { traces }),
    };
    const engine: Engine = createEngine(watched, { ...own, ...options.engine });
    const door = options.requireKeys ? lockedDoor(options.folder) : undefined;
    handler = createApi(engine, {
      authentication: door?.verifier ?? "none",
      report: onError,
      changes,
      ...(page && { console: page }),
      ...(options.corsOrigins && { cors: { origins: options.corsOrigins } }),
    });
    let closed = false;
    const loop = runLoop(engine, world, {
      atOnce,
      // Whatever a call comes to once the store is closed is lost, as after a crash: that is no error of anybody's.
      onError: (error) => {
        if (!closed) onError(error);
      },
    });
    const cleaning = setInterval(() => {
      world.expire(world.clock.now(), rowsPerCleaning).catch(onError);
    }, cleaningInterval).unref();
    const close = async (): Promise<void> => {
      clearInterval(cleaning);
      changes.close();
      await server.close(graceMilliseconds);
      await Promise.race([loop.stop(), pause(graceMilliseconds)]);
      await functions.close();
      await traces?.close();
      closed = true;
      await world.close();
    };
    const credentials = door && { credentials: door.own };
    return { url: server.url, engine, resumed: world.openExecutions, close, ...credentials };
  } catch (error) {
    await Promise.all([server.close(0), closeFunctions()]);
    throw error;
  }
}

function lockedDoor(folder: string): { readonly verifier: Verifier; readonly own: AccessKey } {
  const keys = accessKeysOf(folder);
  const own: AccessKey = newAccessKey({ role: "admin" }, systemChance());
  const keyOf = async (id: string) => (id === own.accessKeyId ? own : await keys.find(id));
  return { verifier: createVerifier({ keyOf }), own };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
