/**
 * Where the items of a Map Run come from: the state's own input, a file, the files of a manifest or of a listing,
 * or the listing itself. All are read as they come and never held as a whole, and from a mark on, where another
 * reader has come to.
 */
import type { ReaderConfig } from "../../asl/definition.ts";
import { isManifest, type Place, readManifest } from "../../asl/distributed/manifest.ts";
import type { FileItem } from "../../asl/distributed/parser.ts";
import { Unreadable } from "../../asl/distributed/parser.ts";
import {
  fetched,
  isFolder,
  type ListedObject,
  listedItem,
  type ObjectStore,
  placeIn,
  readerArguments,
  readsListing,
  refusedArguments,
} from "../../asl/distributed/source.ts";
import type { MapItem, MapRun } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { type FilePlace, fileItems, unreadable } from "./file.ts";
import type { RunFork } from "./fork.ts";
import type { Objects } from "./ports.ts";

/** A place in the source, as the run's log has it. */
export interface Mark extends Behind {
  /** The number of the item that comes first from there. */
  readonly item: number;
}

interface Behind {
  /** How many of the manifest's files come before. */
  readonly files?: number;
  /** The listing goes on after this key. */
  readonly after?: string;
  /** In the file that comes then; absent: its beginning. */
  readonly at?: FilePlace;
}

export interface Slice {
  readonly items: readonly MapItem[];
  /** Behind them; absent where that is not known, or the items are at hand. */
  readonly mark?: Mark;
}

/** Items from number `skip` on, some at a time. `mark`: known to come before, or at, that number. */
export function openSource(engine: Engine, fork: RunFork, skip: number, mark?: Mark): AsyncIterable<Slice> {
  const { run, distributed } = fork;
  if (!run.reader) return ofInput(fork, skip);
  const found = ofReader(engine.world.objects, run.reader, distributed.itemReader?.config ?? {}, mark ?? {});
  return numbered(found, mark?.item ?? 0, skip, run.reader.maxItems || Number.POSITIVE_INFINITY);
}

async function* ofInput({ fork: { items = [], keys } }: RunFork, skip: number): AsyncGenerator<Slice> {
  for (let from = skip; from < items.length; from += groupWidth) {
    const slice = items.slice(from, from + groupWidth).map((value, place): MapItem => {
      const key = keys?.[from + place];
      return { index: from + place, value, source: "STATE_DATA", ...(key === undefined ? {} : { key }) };
    });
    yield { items: slice };
  }
}

/** Items before they have numbers, and where what follows them is, if that is known. */
interface Found {
  readonly items: readonly FileItem[];
  readonly source: string;
  readonly behind: Behind | undefined;
}

async function* numbered(
  found: AsyncIterable<Found>,
  first: number,
  skip: number,
  most: number,
): AsyncGenerator<Slice> {
  let index = first;
  let slice: MapItem[] = [];
  let behind: Behind | undefined;
  const taken = (): Slice => ({ items: slice, ...(behind && { mark: { ...behind, item: index } }) });
  for await (const { items, source, behind: after } of found) {
    for (const item of items) {
      if (index >= most) break;
      if (index >= skip) slice.push({ ...item, source, index });
      index += 1;
    }
    behind = after;
    if (index >= most) break;
    if (slice.length < groupWidth) continue;
    yield taken();
    slice = [];
  }
  if (slice.length > 0) yield taken();
}

async function* ofReader(
  objects: Objects,
  reader: NonNullable<MapRun["reader"]>,
  config: ReaderConfig,
  from: Behind,
): AsyncGenerator<Found> {
  const given = readerArguments(reader.arguments);
  const refused = refusedArguments(reader, given, config);
  if (refused) throw new Unreadable(refused);
  const place = placeIn(given);
  if (readsListing(reader)) {
    const { version: _, ...bucket } = place;
    const prefix: Place = { ...bucket, key: given.get("Prefix") ?? "" };
    return yield* config.transformation === "LOAD_AND_FLATTEN"
      ? inListed(objects, prefix, config, from)
      : listing(objects, prefix, from);
  }
  if (!isManifest(config)) return yield* ofFile(objects, place, config, {}, from.at);
  const text = await fetched(place, storeOf(objects));
  if (typeof text !== "string") throw new Unreadable(text);
  const manifest = readManifest(text, config, place);
  if (!manifest) throw unreadable(`The object '${place.key}' in the bucket '${place.bucket}' is not a manifest.`);
  for (const [files, file] of manifest.files.entries()) {
    if (files < (from.files ?? 0)) continue;
    yield* ofFile(objects, file, manifest.config, { files }, files === from.files ? from.at : undefined);
  }
}

async function* ofFile(
  objects: Objects,
  place: Place,
  config: ReaderConfig,
  before: Behind,
  from: FilePlace | undefined,
): AsyncGenerator<Found> {
  const source = `S3://${place.bucket}/${place.key}`;
  for await (const { items, at } of fileItems(objects, place, config, from)) {
    yield { items, source, behind: at && { ...before, at } };
  }
}

async function* listing(objects: Objects, prefix: Place, from: Behind): AsyncGenerator<Found> {
  for await (const page of pages(objects, prefix, from.after)) {
    const after = page.at(-1)?.key;
    const items = page.map((one) => ({ value: listedItem(one) }));
    yield { items, source: `S3://${prefix.bucket}`, behind: after === undefined ? {} : { after } };
  }
}

async function* inListed(objects: Objects, prefix: Place, config: ReaderConfig, from: Behind): AsyncGenerator<Found> {
  let { after, at } = from;
  for await (const page of pages(objects, prefix, after)) {
    for (const { key } of page.filter((one) => !isFolder(one))) {
      yield* ofFile(objects, { ...prefix, key }, config, after === undefined ? {} : { after }, at);
      at = undefined;
      after = key;
    }
  }
}

async function* pages(
  objects: Objects,
  prefix: Place,
  from: string | undefined,
): AsyncGenerator<readonly ListedObject[]> {
  for (let after = from; ; ) {
    const page = await objects.list(prefix, after);
    if (page.kind === "refused") throw unreadable(page.why);
    yield page.objects;
    after = page.objects.at(-1)?.key;
    if (page.done || after === undefined) return;
  }
}

/** For manifests, which are read as a whole. */
function storeOf(objects: Objects): ObjectStore {
  return {
    get: async (place) => {
      const found = await objects.read(place);
      if (found.kind === "refused") throw unreadable(found.why);
      const pieces: Uint8Array[] = [];
      for await (const piece of found.body) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    list: async () => [],
  };
}
