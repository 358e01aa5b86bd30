/**
 * The inputs of a Map Run's children, staged in chunks of 256 that are numbered like the groups of the children.
 * A chunk's takers are those who may start one of its children, in the order in which they came: the p-th
 * starts the p-th. `closed` says of them that the chunk is staged. So whoever comes second, the reader or the
 * taker, finds the other and starts the child:
 *
 *   taker first:   report(taker) ──► not closed: leave it      reader:  stage ──► close ──► finds the taker, starts
 *   reader first:  stage ──► close ──► nobody there            taker:   report(taker) ──► closed: starts
 */
import type { JsonText } from "../../asl/json.ts";
import { remember } from "../bounded-map.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import type { JoinKey, MapRunId } from "../ports.ts";
import { expiry } from "../record.ts";

export interface ChildInput {
  readonly input: JsonText;
  /** How many items are in it. */
  readonly items: number;
}

/** As it stands in the store. */
export interface Chunk {
  readonly size: number;
  /** Absent where they are so large that each stands by itself. */
  readonly inputs?: readonly JsonText[];
  /** Absent where each child has one item. */
  readonly items?: readonly number[];
}

const levels = { children: 0, takers: 1, failed: 2, inputs: 3, rest: 4 } as const;

/** What is staged stays for all epochs. */
export function runJoin(run: MapRunId, level: keyof typeof levels, group: number, epoch = 0): JoinKey {
  return { execution: run, branch: "", seq: 0, epoch, level: levels[level], group };
}

/** A chunk longer than this is not read as a whole for each child that is started from it. */
const longestChunk = 4 * 1024 * 1024;

/** Writing it again is harmless: it says the same. */
export async function stageChunk(
  engine: Engine,
  run: MapRunId,
  number: number,
  children: readonly ChildInput[],
): Promise<void> {
  const { joins, clock } = engine.world;
  const expires = expiry(engine, clock.now());
  const length = children.reduce((sum, { input }) => sum + input.length, 0);
  const apart = length > longestChunk;
  if (apart) {
    for (const [place, { input }] of children.entries()) {
      await joins.stage(runJoin(run, "inputs", number * groupWidth + place), input, expires);
    }
  }
  const isBatched = children.some(({ items }) => items !== 1);
  const chunk: Chunk = {
    size: children.length,
    ...(apart ? {} : { inputs: children.map(({ input }) => input) }),
    ...(isBatched ? { items: children.map(({ items }) => items) } : {}),
  };
  await joins.stage(runJoin(run, "children", number), JSON.stringify(chunk), expires);
}

/** Says that the chunk is staged, and answers those who came for the children of a chunk, in order: more of them than there are children, perhaps. */
export async function takersOf(
  engine: Engine,
  run: MapRunId,
  number: number,
  epoch: number,
): Promise<readonly number[]> {
  const { joins, clock } = engine.world;
  const { finished } = await joins.close(runJoin(run, "takers", number, epoch), expiry(engine, clock.now()));
  return finished;
}

export function chunkOf(engine: Engine, run: MapRunId, number: number): Promise<Chunk> {
  return remember(engine.chunks, `${run} ${number}`, async () => {
    const staged = await engine.world.joins.staged(runJoin(run, "children", number));
    if (staged === undefined) throw new Error(`chunk ${number} of Map Run ${run} is not staged`);
    return JSON.parse(staged) as Chunk; // written by `stageChunk`
  });
}

/** Undefined: a taker may have come for a chunk that was never staged. */
export async function stagedChunk(engine: Engine, run: MapRunId, number: number): Promise<Chunk | undefined> {
  const staged = await engine.world.joins.staged(runJoin(run, "children", number));
  return staged === undefined ? undefined : chunkOf(engine, run, number);
}

export function itemsIn({ size, items }: Chunk): number {
  return items ? items.reduce((sum, some) => sum + some, 0) : size;
}

/** Undefined: the chunk has no such child. */
export async function childInput(
  engine: Engine,
  run: MapRunId,
  chunk: Chunk,
  index: number,
): Promise<ChildInput | undefined> {
  const place = index % groupWidth;
  if (place >= chunk.size) return undefined;
  const input = chunk.inputs?.[place] ?? (await engine.world.joins.staged(runJoin(run, "inputs", index)));
  if (input === undefined) throw new Error(`the input of child ${index} of Map Run ${run} is not staged`);
  return { input, items: chunk.items?.[place] ?? 1 };
}
