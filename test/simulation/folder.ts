/**
 * A folder for files of this process, which goes with it: when they are done with, when a signal ends it, and, where
 * nothing could be done any more, when another process comes to look.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Folder {
  readonly path: string;
  remove(): void;
}

const prefix = "baton-simulation-";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `parent`: where it is made, and others like it are looked for. */
export function ownFolder(parent = tmpdir()): Folder {
  removeStale(parent);
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  const end = (signal: NodeJS.Signals): void => {
    remove();
    process.kill(process.pid, signal);
  };
  function remove(): void {
    for (const signal of signals) process.off(signal, end);
    rmSync(path, { recursive: true, force: true });
  }
  for (const signal of signals) process.on(signal, end);
  return { path, remove };
}

/** Those of processes that nobody could end properly. */
function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = /^baton-simulation-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's, which is none of ours to remove, is not permitted.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
