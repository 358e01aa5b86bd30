/** `baton dev` from the built package: time to its ready line, and memory when it has been ready for a moment. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { median } from "../print.ts";
import { startDev } from "./dev.ts";

const starts = 5;
const settlingMilliseconds = 1_000;

export interface StartUp {
  readonly readyMilliseconds: number;
  /** Node alone, for comparison: it starts and ends with nothing to do. */
  readonly bareMilliseconds: number;
  readonly rssMebibytes: number;
  /** Without pages of files, such as the mapped store; undefined where the system does not tell. */
  readonly anonymousMebibytes?: number;
}

export async function startUp(): Promise<StartUp> {
  const bare: number[] = [];
  const ready: Started[] = [];
  for (let start = 0; start < starts; start++) {
    bare.push(await bareStart());
    ready.push(await startOnce());
  }
  const anonymous = ready.flatMap(({ memory }) => memory.anonymous ?? []);
  return {
    readyMilliseconds: median(ready.map(({ milliseconds }) => milliseconds)),
    bareMilliseconds: median(bare),
    rssMebibytes: median(ready.map(({ memory }) => memory.rss)),
    ...(anonymous.length > 0 && { anonymousMebibytes: median(anonymous) }),
  };
}

interface Started {
  readonly milliseconds: number;
  readonly memory: Memory;
}

async function startOnce(): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const begun = performance.now();
  const dev = await startDev(folder);
  const milliseconds = performance.now() - begun;
  await setTimeout(settlingMilliseconds);
  const memory = await memoryOf(dev.pid);
  await dev.close();
  await rm(folder, { recursive: true });
  return { milliseconds, memory };
}

async function bareStart(): Promise<number> {
  const begun = performance.now();
  await once(spawn(process.execPath, ["-e", "0"]), "exit");
  return performance.now() - begun;
}

interface Memory {
  readonly rss: number;
  readonly anonymous: number | undefined;
}

/** As Linux tells it; elsewhere there is no figure. */
async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const mebibytes = (field: string): number | undefined => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1_024;
  };
  return { rss: mebibytes("VmRSS") ?? Number.NaN, anonymous: mebibytes("RssAnon") };
}
