/** The local store under kill -9: what was said to be durable is there, and every transaction is whole. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { bodyAt, crashExecutions } from "./local-crash.ts";
import { expectWhole } from "./local-crash-whole.ts";
import { freshFolder } from "./local-subject.ts";

const kills = 10;
/** A busy machine takes seconds to start each process. */
const longest = 120_000;
const worker = fileURLToPath(new URL("./local-crash-worker.ts", import.meta.url));

test(`${kills} kills lose nothing durable and tear nothing apart`, { timeout: longest }, async () => {
  const folder = await freshFolder();
  const chance = prng("kills");
  const durable = new Map<ExecutionId, number>();
  for (let kill = 0; kill < kills; kill += 1) {
    await runAndKill(folder, 1 + chance.below(150), (execution, seq) => {
      durable.set(execution, Math.max(seq, durable.get(execution) ?? 0));
    });
    await expectWhole(folder, durable);
  }
  expect(durable.size).toBe(crashExecutions.length);
  await rm(folder, { recursive: true });
});

/** Kills the process in the middle of its work: after so many lines. */
async function runAndKill(
  folder: string,
  lines: number,
  onDurable: (execution: ExecutionId, seq: number) => void,
): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", worker, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  if (child.stdout === null) throw new Error("the process has no output");
  let left = lines;
  for await (const line of createInterface({ input: child.stdout })) {
    onDurable(...bodyAt(line));
    left -= 1;
    if (left === 0) child.kill("SIGKILL");
  }
  const [, signal] = await gone;
  expect(signal).toBe("SIGKILL");
}
