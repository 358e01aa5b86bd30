/**
 * One process that runs one function, an invocation at a time: what Lambda calls an execution
 * environment. A function that hangs, exits or runs out of memory takes this process with it and
 * nothing else. Which invocation goes to which environment is the pool's business.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import type { SegmentKey } from "../../engine/ports.ts";
import { type ErrorText, errorText, exited, timedOut } from "./error-text.ts";
import { encodeFrame, frameReader, type InvokeFrame, type RuntimeFrame } from "./frames.ts";
import { lineCutter } from "./lines.ts";
import { isPython } from "./python-program.ts";

export interface EnvironmentSettings {
  /** The runtime's program: JavaScript's by its file, Python's as its text. */
  readonly runtime: string;
  readonly folder: string;
  readonly name: string;
  /** The module that exports the handler. */
  readonly file: string;
  readonly memoryMegabytes: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly onLine: (stream: "stdout" | "stderr", line: string, during: Request | undefined) => void;
}

export interface Request {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: string;
  readonly timeoutSeconds: number;
  readonly clientContext?: string;
  readonly traceHeader?: string;
  /** The attempt of a Task that it is for. */
  readonly claim?: SegmentKey;
}

export type Answer =
  | { readonly kind: "succeeded"; readonly payload: string }
  | { readonly kind: "failed"; readonly payload: ErrorText };

/** Lambda's own limit for loading a module. */
const loadingSeconds = 10;
/** How long the last output of a process may take to arrive after its end, where a grandchild holds the pipe. */
const drainMilliseconds = 1000;

export class Environment {
  /** The module is loaded, or never will be. */
  readonly loaded: Promise<void>;
  /** The process is gone. */
  readonly ended: Promise<void>;
  #tellLoaded: () => void = () => undefined;
  readonly #settings: EnvironmentSettings;
  readonly #child: ChildProcess;
  readonly #toRuntime: Writable;
  #state: "loading" | "ready" | "over" = "loading";
  /** Why it ended, where that is known better than from its exit code. */
  #lastWords: ((requestId: string) => ErrorText) | undefined;
  #current: { readonly request: Request; readonly settle: (answer: Answer) => void } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: EnvironmentSettings) {
    this.#settings = settings;
    this.#child = spawnRuntime(settings);
    const [, stdout, stderr, toRuntime, fromRuntime] = this.#child.stdio;
    if (!(toRuntime instanceof Writable && fromRuntime instanceof Readable)) throw new Error("a process without pipes");
    this.#toRuntime = toRuntime;
    // Its end is told by the process's own events.
    toRuntime.on("error", () => undefined);
    fromRuntime.on("error", () => undefined);
    const read = frameReader<RuntimeFrame>((frame, body) => this.#receive(frame, body));
    fromRuntime.on("data", (chunk) => {
      try {
        read(chunk);
      } catch {
        this.#misunderstood();
      }
    });
    forwardLines(stdout, (line) => this.#print("stdout", line));
    forwardLines(stderr, (line) => this.#print("stderr", line));
    this.loaded = new Promise((resolve) => {
      this.#tellLoaded = resolve;
    });
    this.ended = this.#watchEnd();
    void this.ended.then(this.#tellLoaded);
    this.#timer = setTimeout(() => {
      this.kill();
      this.#lastWords = (requestId) => timedOut(requestId, loadingSeconds);
    }, loadingSeconds * 1000);
  }

  /** Absent if it could not be started. */
  get processId(): number | undefined {
    return this.#child.pid;
  }

  /** False once the process ended or is about to. */
  get usable(): boolean {
    return this.#state !== "over";
  }

  /** Never rejects. One at a time, and only once it is loaded; if that failed, the answer says how. */
  run(request: Request): Promise<Answer> {
    return new Promise((settle) => {
      this.#current = { request, settle };
      if (this.usable) this.#submit(request);
      else void this.ended.then(() => this.#settleEnd());
    });
  }

  /** Ends the process, whatever it is doing; a running invocation is not answered. */
  kill(): void {
    clearTimeout(this.#timer);
    this.#state = "over";
    this.#current = undefined;
    killGroup(this.#child);
  }

  #print(stream: "stdout" | "stderr", line: string): void {
    this.#settings.onLine(stream, line, this.#current?.request);
  }

  #receive(frame: RuntimeFrame, body: string): void {
    switch (frame.kind) {
      case "ready":
        if (this.#state !== "loading") return;
        clearTimeout(this.#timer);
        this.#state = "ready";
        this.#tellLoaded();
        return;
      case "unloadable":
        this.#state = "over";
        this.#lastWords = () => body;
        return;
      case "line":
        this.#print(frame.stream, body);
        return;
      case "succeeded":
        this.#settle({ kind: "succeeded", payload: body });
        return;
      case "failed":
        if (frame.dying) this.#state = "over";
        this.#settle({ kind: "failed", payload: body });
        return;
      default:
        unreachable(frame);
    }
  }

  /** The function wrote to a descriptor that is not its own. */
  #misunderstood(): void {
    const { settle } = this.#current ?? {};
    this.kill();
    settle?.({ kind: "failed", payload: errorText("Runtime.ExitError", "The function wrote into its runtime's pipe") });
  }

  #submit(request: Request): void {
    this.#timer = setTimeout(() => {
      const { settle } = this.#current ?? {};
      this.kill();
      settle?.({ kind: "failed", payload: timedOut(request.requestId, request.timeoutSeconds) });
    }, request.timeoutSeconds * 1000);
    this.#toRuntime.write(encodeFrame(invokeFrame(request), request.payload));
  }

  #settle(answer: Answer): void {
    clearTimeout(this.#timer);
    const current = this.#current;
    this.#current = undefined;
    current?.settle(answer);
  }

  #settleEnd(): void {
    const { exitCode, signalCode } = this.#child;
    const requestId = this.#current?.request.requestId ?? "";
    const payload = this.#lastWords?.(requestId) ?? exited(requestId, exitCode, signalCode);
    this.#settle({ kind: "failed", payload });
  }

  #watchEnd(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#state = "over";
        this.#settleEnd();
        resolve();
      };
      this.#child.once("error", ({ message }) => {
        const what = `The function's process could not be started: ${message}`;
        this.#lastWords = () => errorText("Runtime.ExitError", what);
        end();
      });
      this.#child.once("close", end);
      this.#child.once("exit", () => setTimeout(end, drainMilliseconds).unref());
    });
  }
}

/** So that Ctrl-C is this process's business alone, and a function's own children end with it. Not a notion of Windows. */
const ownGroup = process.platform !== "win32";

function killGroup(child: ChildProcess): void {
  const ended = child.exitCode !== null || child.signalCode !== null;
  if (child.pid === undefined || ended) return;
  if (!ownGroup) {
    child.kill("SIGKILL");
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    // Gone by itself a moment ago.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Descriptor 3 carries invocations in, 4 carries results and lines out. */
function spawnRuntime({ runtime, file, name, folder, memoryMegabytes, variables }: EnvironmentSettings): ChildProcess {
  const flags = ["--enable-source-maps", `--max-old-space-size=${memoryMegabytes}`];
  const [command, options] = isPython(file)
    ? (["python3", ["-B", "-c"]] as const)
    : ([process.execPath, flags] as const);
  return spawn(command, [...options, runtime, file, name], {
    cwd: folder,
    detached: ownGroup,
    windowsHide: true,
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    env: {
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      ...process.env,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: `${name}.handler`,
      ...variables,
    },
  });
}

function invokeFrame({ requestId, functionArn, timeoutSeconds, clientContext, traceHeader }: Request): InvokeFrame {
  return {
    kind: "invoke",
    requestId,
    functionArn,
    budget: timeoutSeconds * 1000,
    ...(clientContext !== undefined && { clientContext }),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}

/** Output that did not go through `process.stdout`: native code, and what Node prints when it crashes. */
function forwardLines(stream: Readable | Writable | null | undefined, onLine: (line: string) => void): void {
  if (!(stream instanceof Readable)) return;
  const cutter = lineCutter(onLine);
  stream.setEncoding("utf8").on("data", cutter.write).on("end", cutter.flush);
}

function unreachable(frame: never): never {
  throw new Error(`a frame of no known kind: ${JSON.stringify(frame)}`);
}
