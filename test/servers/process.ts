/**
 * One server process: started on loopback with a free port, waited for until it answers, stopped by its
 * process id, and stopped too when the tests' own process goes away without having asked for it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** A JVM on a busy machine takes a few seconds. */
const startTimeoutMilliseconds = 60_000;
const pollMilliseconds = 50;
/** How much of what a server said is shown when it does not start. */
const keptOutput = 4_000;

export interface RunningServer {
  readonly endpoint: string;
  /** SIGKILL. */
  stop(): Promise<void>;
  /** After a stop: the same again, at the same port, with what it had on disk. */
  start(): Promise<void>;
}

export interface Launch {
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startServer(launch: Launch): Promise<RunningServer> {
  const port = await freePort();
  let stop = await run(launch, port);
  return {
    endpoint: endpointAt(port),
    stop: () => stop(),
    async start() {
      stop = await run(launch, port);
    },
  };
}

function endpointAt(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Resolves when it answers, with how to stop it. */
async function run(launch: Launch, port: number): Promise<() => Promise<void>> {
  endOnSignal();
  const child = spawn(launch.command, [...launch.args(port)], {
    cwd: launch.folder,
    env: { ...process.env, ...launch.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  try {
    await answering(child, endpointAt(port), launch.command);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return async () => {
    process.removeListener("exit", endWithUs);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
}

let endsOnSignal = false;

/** A process that a signal ends says no "exit" by itself: a runner of tests may end its own so. */
function endOnSignal(): void {
  if (endsOnSignal) return;
  endsOnSignal = true;
  process.once("SIGTERM", () => process.exit(143));
}

async function answering(child: ChildProcess, endpoint: string, command: string): Promise<void> {
  const said = lastWords(child);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended = `it ended with ${signal ?? code}`;
  });
  const deadline = Date.now() + startTimeoutMilliseconds;
  while (!(await answers(endpoint))) {
    const failure = ended ?? (Date.now() > deadline ? "it does not answer" : undefined);
    if (failure !== undefined) throw new Error(`${command} did not start: ${failure}\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}

/** Any HTTP answer will do: a server that refuses our bare GET is up. */
function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { signal: AbortSignal.timeout(startTimeoutMilliseconds) }).then(
    (response) => response.arrayBuffer().then(() => true),
    () => false,
  );
}

/** Reads on for as long as the server lives, else it would block once the pipe is full. */
function lastWords(child: ChildProcess): () => string {
  let kept = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      kept = (kept + text).slice(-keptOutput);
    });
  }
  return () => kept;
}

/** Below the ports that the system gives to connections, so that none of those takes it before the server does. */
const ports = { from: 20_000, count: 12_000 };

async function freePort(): Promise<number> {
  for (;;) {
    const port = ports.from + randomInt(ports.count);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
