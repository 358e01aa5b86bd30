/** `baton dev` from the built package, in a process of its own, as its users have it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const cli = join(import.meta.dirname, "..", "..", "dist", "bin", "baton.js");
const ready = "ready ";

export interface Dev {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Resolves at its ready line. */
export async function startDev(folder: string): Promise<Dev> {
  const child = spawn(process.execPath, [cli, "dev", "--port", "0", "--data", folder, "--quiet"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith(ready)) continue;
    return {
      url: line.slice(ready.length).trim(),
      pid: child.pid ?? 0,
      async close() {
        child.kill("SIGTERM");
        await ended;
      },
    };
  }
  throw new Error("baton dev ended before it was ready");
}
