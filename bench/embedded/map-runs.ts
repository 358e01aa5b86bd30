/**
 * A Distributed Map over a file of JSON Lines, longer and longer: children per second, processor time for each, the
 * memory beside idle and what the store has grown by. The results are written to files.
 */
import { createWriteStream, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { built } from "../built.ts";
import { openEmbedded } from "./open.ts";

const { folderObjects } = await built<typeof import("../../lib/adapters/local/objects.ts")>("adapters/local/objects");

/** STANDARD: each child is an execution of its own. EXPRESS: it runs in memory, in the worker. */
export const childTypes = ["STANDARD", "EXPRESS"] as const;

export type ChildType = (typeof childTypes)[number];

export interface MapRunFigures {
  readonly children: ChildType;
  readonly items: number;
  readonly perSecond: number;
  readonly cpuMilliseconds: number;
  /** Anonymous memory at its highest, above what the process had when idle. */
  readonly grownMebibytes: number;
  /** The store's file, by item. */
  readonly storedBytes: number;
}

const machineOf = (ExecutionType: ChildType): object => ({
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
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType },
        StartAt: "One",
        States: { One: { Type: "Pass", End: true } },
      },
      ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "results" } },
      End: true,
    },
  },
});

export const usualLengths = [1_000, 10_000] as const;

/** One run after the other on one store, after a first that warms up and is not told. */
export async function mapRuns(children: ChildType, lengths: readonly number[]): Promise<readonly MapRunFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  await mkdir(join(folder, "in"));
  const embedded = await openEmbedded(undefined, folderObjects(folder));
  const deployed = await embedded.deploy(machineOf(children));
  const run = async (items: number): Promise<MapRunFigures> => {
    await pipeline(Readable.from(lines(items)), createWriteStream(join(folder, "in", `${items}.jsonl`)));
    const memory = watchMemory();
    const stored = await sizeOf(embedded.folder);
    const begun = performance.now();
    const cpu = process.cpuUsage();
    await embedded.run(deployed, JSON.stringify({ key: `${items}.jsonl` }));
    const perSecond = (items * 1_000) / (performance.now() - begun);
    const { user, system } = process.cpuUsage(cpu);
    return {
      children,
      items,
      perSecond,
      cpuMilliseconds: (user + system) / 1_000 / items,
      grownMebibytes: memory.grown(),
      storedBytes: ((await sizeOf(embedded.folder)) - stored) / items,
    };
  };
  await run(lengths[0] ?? 1_000);
  const figures: MapRunFigures[] = [];
  for (const items of lengths) figures.push(await run(items));
  await embedded.close();
  await rm(folder, { recursive: true });
  return figures;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
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
