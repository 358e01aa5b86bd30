/** `baton dev`, or another command that serves, as a user runs it: the built command in a process of its own, until it is killed or told to stop. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../../..");
export const cli = join(root, "dist", "bin", "baton.js");

const startDeadlineMilliseconds = 60_000;

export interface Dev {
  readonly url: string;
  /** Everything said so far, on both streams. */
  readonly said: () => string;
  /** From the call of this function to the ready line. */
  readonly startedInMilliseconds: number;
  /** When the ready line came, on `performance.now()`'s clock. */
  readonly readyAt: number;
  /** Resolves with the exit code when the process is gone. */
  readonly ended: Promise<number | null>;
  /** SIGKILL, at once; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
}

export function startDev(...parameters: readonly string[]): Promise<Dev> {
  return startServing(["dev", "--port", "0", ...parameters]);
}

export async function startServing(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  /** What runs the command, with its own words first. */
  [program, ...before]: readonly [string, ...string[]] = [process.execPath],
): Promise<Dev> {
  const begun = performance.now();
  const child = spawn(program, [...before, cli, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...environment },
  });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const gone = once(child, "exit").then(([code]: readonly (number | null)[]) => {
    process.removeListener("exit", endWithUs);
    return code ?? null;
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  const said = (): string => text;
  const url = await readyLine(child, said);
  const readyAt = performance.now();
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return gone;
  };
  return {
    url,
    said,
    readyAt,
    ended: gone,
    startedInMilliseconds: readyAt - begun,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
  };
}

/** `ready URL`, or the JSON of `--json`. */
function readyLine(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (why: string): void => {
      child.kill("SIGKILL");
      reject(new Error(`the command ${why}:\n${said()}`));
    };
    const timer = setTimeout(() => failed("was not ready in time"), startDeadlineMilliseconds);
    const look = (): void => {
      const url = /^(?:ready |\{"ready":")(http:[^\s"]+)/m.exec(said())?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      child.off("exit", ended);
      resolve(url);
    };
    const ended = (code: number | null): void => {
      clearTimeout(timer);
      failed(`ended with ${code} before it was ready`);
    };
    child.stdout?.on("data", look);
    child.once("exit", ended);
  });
}
