/**
 * One execution environment of a function: a child process of its own, so that killing it is a kill. It works
 * on one invocation at a time and is killed when that takes longer than the function may.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** The module to load, and what it exports. */
  readonly file: string;
  readonly exported: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** `gone`: the process ended under the invocation; nobody knows how far it came. */
export type Invocation =
  | { readonly kind: "returned"; readonly payload: string }
  | { readonly kind: "failed"; readonly error: FunctionError; readonly gone: boolean };

/** Lambda's limit of a synchronous invocation, for the event as for the answer. */
export const largestPayload = 6_291_556;

type FromChild =
  | { readonly kind: "ready" }
  | { readonly kind: "broken"; readonly error: FunctionError }
  | { readonly kind: "returned"; readonly id: string; readonly payload: string }
  | { readonly kind: "threw"; readonly id: string; readonly error: FunctionError };

export class Environment {
  readonly spec: FunctionSpec;
  readonly ended: Promise<void>;
  #running: { readonly id: string; readonly finish: (result: Invocation) => void } | undefined;
  #alive = true;
  readonly #child: ChildProcess;

  constructor(spec: FunctionSpec, variables: Readonly<Record<string, string>>, onLog: (line: string) => void) {
    this.spec = spec;
    this.#child = fork(join(import.meta.dirname, "runtime.mjs"), [spec.file, spec.exported, spec.arn], {
      env: { ...reserved(spec), ...spec.environment, ...variables },
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", onLog);
    }
    this.#child.on("message", (message) => this.#receive(message as FromChild));
    this.ended = new Promise((resolve) => {
      const end = (reason: string) => {
        this.#alive = false;
        this.#fail({
          errorType: "Runtime.ExitError",
          errorMessage: `RequestId: ${this.#running?.id} Error: ${reason}`,
        });
        resolve();
      };
      this.#child.once("error", (error) => end(error.message));
      this.#child.once("exit", (code, signal) =>
        end(
          signal === null ? `Runtime exited with error: exit status ${code}` : `Runtime exited with signal: ${signal}`,
        ),
      );
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  invoke(event: string): Promise<Invocation> {
    if (this.#running !== undefined) throw new Error(`an environment of ${this.spec.name} is at work already`);
    const id = randomUUID();
    const milliseconds = this.spec.timeoutSeconds * 1000;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#timeOut(), milliseconds);
      const finish = (result: Invocation) => {
        clearTimeout(timer);
        this.#running = undefined;
        resolve(result);
      };
      this.#running = { id, finish };
      this.#child.send({ id, event, deadline: Date.now() + milliseconds }, (error) => {
        if (error !== null) this.kill();
      });
    });
  }

  kill(): void {
    this.#alive = false;
    this.#child.kill("SIGKILL");
  }

  #timeOut(): void {
    const errorMessage = `Task timed out after ${this.spec.timeoutSeconds.toFixed(2)} seconds`;
    this.#fail({
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${this.#running?.id} Error: ${errorMessage}`,
    });
    this.kill();
  }

  #fail(error: FunctionError): void {
    this.#running?.finish({ kind: "failed", error, gone: true });
  }

  #receive(message: FromChild): void {
    switch (message.kind) {
      case "ready":
        return;
      case "broken":
        this.#fail(message.error);
        this.kill();
        return;
      case "threw":
        this.#running?.finish({ kind: "failed", error: message.error, gone: false });
        return;
      case "returned":
        this.#running?.finish(within(message.payload));
        return;
    }
  }
}

function within(payload: string): Invocation {
  if (Buffer.byteLength(payload) <= largestPayload) return { kind: "returned", payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${largestPayload} bytes).`;
  return { kind: "failed", error: { errorType: "Function.ResponseSizeTooLarge", errorMessage }, gone: false };
}

/** What Lambda itself puts into a function's environment, and nothing of the runner's own. */
function reserved(spec: FunctionSpec): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    _HANDLER: `index.${spec.exported}`,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "deployed-shape",
    AWS_EC2_METADATA_DISABLED: "true",
    // On Lambda it is Node 24; here it may be older, which the SDK would tell each process.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}
