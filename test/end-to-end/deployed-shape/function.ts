/**
 * A function with its environments: an invocation goes to an idle one, or to a new one while there may be
 * more, or waits. An environment that ended is replaced by the next invocation, as on Lambda.
 */
import { Environment, type FunctionSpec, type Invocation, largestPayload } from "./process.ts";

export interface FunctionCounts {
  readonly invocations: number;
  readonly failures: number;
  readonly killed: number;
}

/** What the runner gives to a function's processes. */
export interface Runner {
  /** Most environments at a time. */
  readonly limit: number;
  /** Environment variables of one more process, which `kill` ends. */
  variables(kill: () => void): Readonly<Record<string, string>>;
  onLog(line: string): void;
}

export class DeployedFunction {
  readonly spec: FunctionSpec;
  /** Most environments at a time. */
  readonly limit: number;
  readonly #runner: Runner;
  readonly #environments = new Set<Environment>();
  readonly #idle: Environment[] = [];
  readonly #waiting: (() => void)[] = [];
  #closed = false;
  #counts = { invocations: 0, failures: 0, killed: 0 };

  constructor(spec: FunctionSpec, runner: Runner) {
    this.spec = spec;
    this.limit = runner.limit;
    this.#runner = runner;
  }

  get counts(): FunctionCounts {
    return { ...this.#counts };
  }

  async invoke(event: string): Promise<Invocation> {
    if (Buffer.byteLength(event) > largestPayload) return tooLarge(event);
    const environment = await this.#take();
    if (environment === undefined) return closed;
    this.#counts.invocations += 1;
    const result = await environment.invoke(event);
    if (result.kind === "failed") this.#counts.failures += 1;
    this.#giveBack(environment);
    return result;
  }

  /** Kills every environment, also those at work; the next invocation gets a new one. */
  async kill(): Promise<void> {
    const environments = [...this.#environments];
    for (const environment of environments) environment.kill();
    await Promise.all(environments.map(({ ended }) => ended));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const next of this.#waiting.splice(0)) next();
    await this.kill();
  }

  async #take(): Promise<Environment | undefined> {
    while (!this.#closed) {
      const environment = this.#idle.pop() ?? this.#start();
      if (environment?.alive) return environment;
      if (environment === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return undefined;
  }

  #start(): Environment | undefined {
    if (this.#environments.size >= this.limit) return undefined;
    const variables = this.#runner.variables(() => {
      this.#counts.killed += 1;
      environment.kill();
    });
    const environment = new Environment(this.spec, variables, (line) => this.#runner.onLog(line));
    this.#environments.add(environment);
    void environment.ended.then(() => {
      this.#environments.delete(environment);
      this.#waiting.shift()?.();
    });
    return environment;
  }

  #giveBack(environment: Environment): void {
    if (environment.alive) this.#idle.push(environment);
    this.#waiting.shift()?.();
  }
}

const closed: Invocation = {
  kind: "failed",
  error: { errorType: "Runner.Stopped", errorMessage: "the runner is stopping" },
  gone: true,
};

function tooLarge(event: string): Invocation {
  const errorMessage = `${Buffer.byteLength(event)} byte payload is too large for the RequestResponse invocation type (limit ${largestPayload} bytes)`;
  return { kind: "failed", error: { errorType: "RequestEntityTooLargeException", errorMessage }, gone: false };
}
