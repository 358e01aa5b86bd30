/** Where the items of a Map Run come from: the state's own input, or files. */
import { readSource } from "../../asl/distributed/source.ts";
import type { Failure, MapItem } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../join.ts";
import type { RunFork } from "./fork.ts";

/** The items cannot be read: the run fails with this. */
export class Unreadable extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.cause);
    this.failure = failure;
  }
}

/** Items from number `skip` on. */
export async function openSource(
  engine: Engine,
  fork: RunFork,
  skip: number,
): Promise<AsyncIterable<readonly MapItem[]>> {
  const { run } = fork;
  return run.reader ? filesOf(engine, fork, skip) : ofInput(fork, skip);
}

async function* ofInput({ fork: { items = [], keys } }: RunFork, skip: number): AsyncGenerator<readonly MapItem[]> {
  for (let from = skip; from < items.length; from += groupWidth) {
    yield items.slice(from, from + groupWidth).map((value, place) => {
      const key = keys?.[from + place];
      return { index: from + place, value, source: "STATE_DATA", ...(key === undefined ? {} : { key }) };
    });
  }
}

async function* filesOf(engine: Engine, fork: RunFork, skip: number): AsyncGenerator<readonly MapItem[]> {
  const { run, distributed } = fork;
  if (!run.reader) return;
  const { objects } = engine.world;
  const source = await readSource(run.reader, distributed.itemReader?.config ?? {}, {
    get: async (place) => {
      const found = await objects.read(place);
      if (found.kind === "refused") return undefined;
      const pieces: Uint8Array[] = [];
      for await (const piece of found.body) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    list: async (bucket, prefix) => {
      const page = await objects.list(bucket, prefix);
      return page.kind === "page" ? page.objects : [];
    },
  });
  if (source.kind === "failed") throw new Unreadable(source.failure);
  for (let from = skip; from < source.items.length; from += groupWidth)
    yield source.items.slice(from, from + groupWidth);
}
