/**
 * A Distributed Map over a file of JSON Lines, longer and longer: children per second, and the memory beside idle.
 * Each child is an execution of its own, and the results are written to files.
 */
import { createWriteStream, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { built } from "../built.ts";
import { openEmbedded } from "./open.ts";

const { folderObjects } = await built<typeof import("../../lib/adapters/local/objects.ts")>("adapters/local/objects");

export interface MapRunFigures {
  readonly items: number;
  readonly perSecond: number;
  readonly cpuMilliseconds: number;
  /** Anonymous memory at its highest, above what the process had when idle. */
  readonly grownMebibytes: number;
}

const machine = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      MaxConcurrency: 256,
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        Parameters: { Bucket: "in", "Key.$": "$.key" },
        ReaderConfig: { InputType: "JSONL" },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "One",
        States: { One: { Type: "Pass", End: true } },
      },
      ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "results" } },
      End: true,
    },
  },
};

const lengths = [1_000, 10_000] as const;

export async function mapRuns(): Promise<readonly MapRunFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  await mkdir(join(folder, "in"));
  const embedded = await openEmbedded(undefined, folderObjects(folder));
  const deployed = await embedded.deploy(machine);
  const figures: MapRunFigures[] = [];
  for (const items of [1_000, ...lengths]) {
    await pipeline(Readable.from(lines(items)), createWriteStream(join(folder, "in", `${items}.jsonl`)));
    const memory = watchMemory();
    const begun = performance.now();
    const cpu = process.cpuUsage();
    await embedded.run(deployed, JSON.stringify({ key: `${items}.jsonl` }));
    const perSecond = (items * 1_000) / (performance.now() - begun);
    const { user, system } = process.cpuUsage(cpu);
    const cpuMilliseconds = (user + system) / 1_000 / items;
    figures.push({ items, perSecond, cpuMilliseconds, grownMebibytes: memory.grown() });
  }
  await embedded.close();
  await rm(folder, { recursive: true });
  // The first run warms up.
  return figures.slice(1);
}

function* lines(items: number): Generator<string> {
  for (let n = 0; n < items; n++) yield `{"sku":"item-${n}","quantity":${n % 7}}\n`;
}

const sampleMilliseconds = 200;

function watchMemory(): { grown(): number } {
  const idle = anonymousMebibytes();
  let highest = idle;
  const look = (): void => {
    highest = Math.max(highest, anonymousMebibytes());
  };
  const timer = setInterval(look, sampleMilliseconds);
  return {
    grown() {
      clearInterval(timer);
      look();
      return highest - idle;
    },
  };
}

/** Without the store's map of its file, which the system takes back when it likes. 0 where the system does not tell. */
function anonymousMebibytes(): number {
  try {
    const [, kibibytes = "0"] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return Number(kibibytes) / 1_024;
  } catch {
    return 0;
  }
}
