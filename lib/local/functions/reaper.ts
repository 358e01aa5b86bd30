/**
 * Ends the functions' processes when this one dies without a word (`kill -9`, a crash).
 * A function that waits notices that by itself, one that loops for ever does not, and would keep a
 * processor busy until somebody finds it. A shell holds the list and waits for its pipe to close:
 * it costs a megabyte, and nothing while nothing happens. Windows has no such shell and goes without.
 */
import { type ChildProcess, spawn } from "node:child_process";

/** Each line replaces the list; the pipe's end is ours. Processes lead groups of their own. */
const script = "while read -r line; do list=$line; done; for each in $list; do kill -9 -$each; done";

export class Reaper {
  #shell: ChildProcess | undefined;

  /** From now on these, and no others. */
  watch(processes: readonly number[]): void {
    if (process.platform === "win32") return;
    this.#shell ??= startShell();
    this.#shell.stdin?.write(`${processes.join(" ")}\n`);
  }

  close(): void {
    this.#shell?.stdin?.end("\n");
    this.#shell = undefined;
  }
}

function startShell(): ChildProcess {
  // In a group of its own, out of reach of the terminal's Ctrl-C.
  const shell = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  // Only a net: without a shell, functions run as well.
  shell.on("error", () => undefined);
  shell.stdin?.on("error", () => undefined);
  shell.unref();
  return shell;
}
