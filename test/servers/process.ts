/**
 * One server process: started on loopback with a free port, waited for until it answers, stopped by its
 * process id, and stopped too when the tests' own process goes away without having asked for it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** A JVM on a busy machine takes a few seconds. */
const startTimeoutMilliseconds = 60_000;
const pollMilliseconds = 50;
/** How much of what a server said is shown when it does not start. */
const keptOutput = 4_000;

export interface RunningServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface Launch {
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startServer(launch: Launch): Promise<RunningServer> {
  const port = await freePort();
  const child = spawn(launch.command, [...launch.args(port)], {
    cwd: launch.folder,
    env: { ...process.env, ...launch.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answering(child, endpoint, launch.command);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    endpoint,
    async stop() {
      process.removeListener("exit", endWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
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

/** Bound and given back; nobody else takes it in the moment between, as the system hands out ports in turn. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a listening socket has a port");
  return address.port;
}
