/**
 * The store's files as a power cut may leave them. What a process did to them is traced (`trace.c`); at some moment
 * of that the power goes. What was written to a file before the last sync of it that had ended by then began is on
 * the disk; of what was written since, any sectors may be.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Prng } from "../../../lib/adapters/simulated/prng.ts";

const tracer = join(import.meta.dirname, "trace.c");

interface Step {
  readonly kind: "written" | "written and synced" | "sync begins" | "sync ends" | "said";
  /** In the traced folder. */
  readonly file: string;
  readonly offset: number;
  readonly bytes: Buffer;
}

/** A sentence for the name of a skipped test, where there is no compiler or another system. */
export function missingTracer(): string | undefined {
  if (process.platform !== "linux") return "LD_PRELOAD is Linux's";
  try {
    execFileSync("cc", ["-fsyntax-only", tracer], { stdio: "ignore" });
    return undefined;
  } catch {
    return "a C compiler is not installed";
  }
}

/**
 * The environment in which a process writes down what it does to the files of `data`, until it dies with so many lines
 * said; the trace itself goes to `folder`.
 */
export function traced(folder: string, data: string, lines: number): Readonly<Record<string, string>> {
  const library = join(folder, "trace.so");
  execFileSync("cc", ["-O1", "-shared", "-fPIC", "-o", library, tracer, "-ldl", "-lpthread"]);
  return {
    LD_PRELOAD: library,
    BATON_TRACED: data,
    BATON_TRACE: join(folder, "trace"),
    BATON_TRACED_LINES: String(lines),
  };
}

const nameBytes = 16;
const headBytes = 1 + nameBytes + 12;
const kinds = new Map<string, Step["kind"]>([
  ["w", "written"],
  ["s", "written and synced"],
  ["b", "sync begins"],
  ["e", "sync ends"],
  ["o", "said"],
]);

export function readTrace(trace: Buffer): readonly Step[] {
  const steps: Step[] = [];
  for (let at = 0; at + headBytes <= trace.length; ) {
    const kind = kinds.get(String.fromCharCode(trace[at] ?? 0));
    if (kind === undefined) throw new Error(`byte ${at} of the trace begins no step`);
    const file = trace.toString("latin1", at + 1, at + 1 + nameBytes).replace(/\0.*$/s, "");
    const offset = Number(trace.readBigInt64LE(at + 1 + nameBytes));
    const end = at + headBytes + trace.readUInt32LE(at + 9 + nameBytes);
    steps.push({ kind, file, offset, bytes: trace.subarray(at + headBytes, end) });
    at = end;
  }
  return steps;
}

/** A file for each name. */
type Images = ReadonlyMap<string, Buffer>;

/** All that was written, as if nothing had happened to it. */
export function filesAfter(steps: readonly Step[]): Images {
  return imagesOf(steps.filter(isWrite));
}

export interface Cut {
  readonly images: Images;
  /** What the process had said by then, on standard output. */
  readonly said: string;
}

/** The power goes right before step `at`. */
export function cutAt(steps: readonly Step[], at: number, chance: Prng): Cut {
  const before = steps.slice(0, at);
  const synced = new Map([...new Set(before.map(({ file }) => file))].map((file) => [file, lastSync(before, file)]));
  const sure = (place: number, { kind, file }: Step): boolean =>
    place < (synced.get(file) ?? -1) || kind === "written and synced";
  // All, none, or any part of what is not sure.
  const share = [0, 1, chance.next()][chance.below(3)] ?? 0;
  const writes = before.flatMap((step, place) => {
    if (!isWrite(step)) return [];
    return sure(place, step) ? [step] : sectors(step).filter(() => chance.chance(share));
  });
  const said = before.filter(({ kind }) => kind === "said").map(({ bytes }) => bytes.toString());
  return { images: imagesOf(writes), said: said.join("") };
}

/** Where the last sync of the file began that has ended; -1: none has. */
function lastSync(steps: readonly Step[], file: string): number {
  const ended = steps.findLastIndex((step) => step.kind === "sync ends" && step.file === file);
  return steps.findLastIndex((step, place) => step.kind === "sync begins" && step.file === file && place < ended);
}

function isWrite({ kind }: Step): boolean {
  return kind === "written" || kind === "written and synced";
}

/** What a disk writes whole. */
const sectorBytes = 512;

function sectors({ kind, file, offset, bytes }: Step): readonly Step[] {
  const parts: Step[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = Math.min(bytes.length, from + sectorBytes - ((offset + from) % sectorBytes));
    parts.push({ kind, file, offset: offset + from, bytes: bytes.subarray(from, end) });
    from = end;
  }
  return parts;
}

function imagesOf(writes: readonly Step[]): Images {
  const files = [...new Set(writes.map(({ file }) => file))];
  return new Map(files.map((file) => [file, imageOf(writes.filter((write) => write.file === file))]));
}

/** What was never written is zeros. */
function imageOf(writes: readonly Step[]): Buffer {
  const image = Buffer.alloc(Math.max(0, ...writes.map(({ offset, bytes }) => offset + bytes.length)));
  for (const { offset, bytes } of writes) bytes.copy(image, offset);
  return image;
}
