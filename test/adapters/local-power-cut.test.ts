/**
 * The local store after a power cut, at many moments of one run: what was said to be durable is there, and every
 * transaction is whole or not there at all. `BATON_CUTS` and `BATON_SEED` say how many and which.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { bodyAt, crashExecutions } from "./local-crash.ts";
import { expectWhole } from "./local-crash-whole.ts";
import { cutAt, filesAfter, missingTracer, readTrace, traced } from "./power-cut/cuts.ts";

const cuts = Number(process.env["BATON_CUTS"] ?? 100);
const seed = process.env["BATON_SEED"] ?? "1";
const lines = 1_000;
/** A busy machine takes a second for a few. */
const longest = 60_000 + cuts * 500;

/** Beside them are only the lock, and a key that was there before anything was promised. */
const isStore = /^store(\/data\.mdb|\.journal)/;

const folder = mkdtempSync(join(tmpdir(), "baton-power-"));
const worker = join(import.meta.dirname, "local-crash-worker.ts");
const missing = missingTracer();
const title = missing === undefined ? "the local store" : `the local store (skipped: ${missing})`;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(missing === undefined)(title, { timeout: longest }, () => {
  test(`is whole after a power cut at any of ${cuts} moments`, async () => {
    console.log(`seed ${seed} (BATON_SEED)`);
    const chance = prng(`power ${seed}`);
    const data = join(folder, "data");
    await runToDeath(traced(folder, data, lines));
    const all = readTrace(readFileSync(join(folder, "trace")));
    const steps = all.filter(({ kind, file }) => kind === "said" || isStore.test(file));
    // The trace is all that was done to the files: made again from it, they are the same.
    for (const [file, image] of filesAfter(steps)) expect(image.equals(readFileSync(join(data, file)))).toBe(true);

    // A store that lost what was promised would be found out.
    const early = cutAt(steps, Math.floor(steps.length / 2), chance);
    await expect(judge(early.images, durableIn(cutAt(steps, steps.length, chance).said))).rejects.toThrow(
      "greater than",
    );

    const begun = steps.findIndex(({ kind }) => kind === "said");
    for (let cut = 0; cut < cuts; cut++) {
      const at = begun + chance.below(steps.length - begun);
      const { images, said } = cutAt(steps, at, chance);
      await judge(images, durableIn(said));
    }
  });
});

async function judge(images: ReadonlyMap<string, Buffer>, durable: ReadonlyMap<ExecutionId, number>): Promise<void> {
  const copy = mkdtempSync(join(folder, "cut-"));
  for (const [file, image] of images) {
    await mkdir(dirname(join(copy, file)), { recursive: true });
    await writeFile(join(copy, file), file.endsWith(".mdb") ? afterAnotherBoot(image) : image);
  }
  await expectWhole(copy, durable);
  await rm(copy, { recursive: true });
}

/** The lines of the process are promises. */
async function runToDeath(environment: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", worker, join(folder, "data")], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...environment },
  });
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
}

function durableIn(said: string): ReadonlyMap<ExecutionId, number> {
  const durable = new Map<ExecutionId, number>(crashExecutions.map((execution) => [execution, -1]));
  for (const line of said.split("\n").filter(Boolean)) {
    const [execution, seq] = bodyAt(line);
    durable.set(execution, Math.max(seq, durable.get(execution) ?? -1));
  }
  return durable;
}

/**
 * LMDB trusts what was not synced as long as the system is the one that wrote it: it keeps the system's boot id, the
 * first eight digits of it as a number, in its first pages. After a power cut that is another.
 */
function afterAnotherBoot(image: Buffer): Buffer {
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").split("-")[0] ?? "";
  const number = Buffer.alloc(8);
  number.writeBigInt64LE(BigInt(`0x${bootId}`));
  const metaBytes = 3 * 4_096;
  for (let at = image.indexOf(number); at >= 0 && at < metaBytes; at = image.indexOf(number, at + 8)) {
    image.writeBigInt64LE(0x7e57n, at);
  }
  return image;
}
