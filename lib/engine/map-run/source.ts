/**
 * Where the items of a Map Run come from: the state's own input, a file, the files of a manifest or of a listing,
 * or the listing itself. Listings, CSV and JSON Lines are read as they come and never held as a whole; of JSON and
 * Parquet, whose ends say how to read them, one file at a time is.
 */
import type { ReaderConfig } from "../../asl/definition.ts";
import { csvReader } from "../../asl/distributed/csv.ts";
import {
  csvItem,
  delimiterOf,
  headersFailure,
  headersOf,
  jsonLine,
  readerFailed,
} from "../../asl/distributed/items.ts";
import { isManifest, type Place, readManifest } from "../../asl/distributed/manifest.ts";
import {
  fetched,
  type ListedObject,
  listedItem,
  type ObjectStore,
  readerArguments,
  readFile,
  refusedVersion,
} from "../../asl/distributed/source.ts";
import { Damaged, lines, textPieces } from "../../asl/distributed/streams.ts";
import type { JsonText } from "../../asl/json.ts";
import type { Failure, MapItem, MapRun } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../join.ts";
import type { RunFork } from "./fork.ts";
import type { Objects } from "./ports.ts";

/** The items cannot be read: the run fails with this. */
export class Unreadable extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.cause);
    this.failure = failure;
  }
}

/** Items from number `skip` on, some at a time. */
export function openSource(engine: Engine, fork: RunFork, skip: number): AsyncIterable<readonly MapItem[]> {
  const { run, distributed } = fork;
  if (!run.reader) return ofInput(fork, skip);
  const items = ofReader(engine.world.objects, run.reader, distributed.itemReader?.config ?? {});
  return sliced(items, skip, run.reader.maxItems || Number.POSITIVE_INFINITY);
}

async function* ofInput({ fork: { items = [], keys } }: RunFork, skip: number): AsyncGenerator<readonly MapItem[]> {
  for (let from = skip; from < items.length; from += groupWidth) {
    yield items.slice(from, from + groupWidth).map((value, place) => {
      const key = keys?.[from + place];
      return { index: from + place, value, source: "STATE_DATA", ...(key === undefined ? {} : { key }) };
    });
  }
}

/** An item before it has a number. */
type Found = Omit<MapItem, "index">;

async function* sliced(found: AsyncIterable<Found>, skip: number, most: number): AsyncGenerator<readonly MapItem[]> {
  let index = 0;
  let slice: MapItem[] = [];
  for await (const item of found) {
    if (index >= most) break;
    if (index >= skip) slice.push({ ...item, index });
    index += 1;
    if (slice.length < groupWidth) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

async function* ofReader(
  objects: Objects,
  reader: NonNullable<MapRun["reader"]>,
  config: ReaderConfig,
): AsyncGenerator<Found> {
  const given = readerArguments(reader.arguments);
  const bucket = given.get("Bucket") ?? "";
  if (reader.resource.endsWith(":listObjectsV2")) {
    const flatten = config.transformation === "LOAD_AND_FLATTEN";
    for await (const one of listed(objects, bucket, given.get("Prefix") ?? "")) {
      if (flatten) yield* ofFile(objects, { bucket, key: one.key }, config);
      else yield { value: listedItem(one), source: `S3://${bucket}` };
    }
    return;
  }
  const place = { bucket, key: given.get("Key") ?? "" };
  const refused = refusedVersion(given, config);
  if (refused) throw new Unreadable(refused);
  if (!isManifest(config)) return yield* ofFile(objects, place, config);
  const text = await fetched(place, storeOf(objects));
  if (typeof text !== "string") throw new Unreadable(text);
  const manifest = readManifest(text, config, place);
  if (!manifest) throw unreadable(`The object '${place.key}' in the bucket '${bucket}' is not a manifest.`);
  for (const file of manifest.files) yield* ofFile(objects, file, manifest.config);
}

async function* listed(objects: Objects, bucket: string, prefix: string): AsyncGenerator<ListedObject> {
  let after: string | undefined;
  for (;;) {
    const page = await objects.list(bucket, prefix, after);
    if (page.kind === "refused") throw unreadable(page.why);
    yield* page.objects;
    after = page.objects.at(-1)?.key;
    if (page.done || after === undefined) return;
  }
}

async function* ofFile(objects: Objects, place: Place, config: ReaderConfig): AsyncGenerator<Found> {
  const source = `S3://${place.bucket}/${place.key}`;
  if (config.inputType === "CSV" || config.inputType === "JSONL") {
    const text = textOf(objects, place);
    const values = config.inputType === "CSV" ? csvItems(text, config) : jsonItems(text);
    for await (const value of values) yield { value, source };
    return;
  }
  const read = await readFile(place, config, Number.POSITIVE_INFINITY, storeOf(objects));
  if (read.kind === "failed") throw new Unreadable(read.failure);
  let at = 0;
  for (const value of read.items) {
    const key = read.keys?.[at++];
    yield { value, source, ...(key === undefined ? {} : { key }) };
  }
}

async function* textOf(objects: Objects, place: Place): AsyncGenerator<string> {
  const found = await objects.read(place);
  if (found.kind === "refused") throw unreadable(found.why);
  try {
    yield* textPieces(found.body);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw unreadable(`The object '${place.key}' in the bucket '${place.bucket}' cannot be inflated.`);
  }
}

async function* jsonItems(text: AsyncIterable<string>): AsyncGenerator<JsonText> {
  for await (const line of lines(text)) {
    const item = jsonLine(line);
    if (typeof item === "string") yield item;
    else if (item !== undefined) throw new Unreadable(item);
  }
}

async function* csvItems(text: AsyncIterable<string>, config: ReaderConfig): AsyncGenerator<JsonText> {
  let names = headersOf(config);
  if (names) checkHeaders(names);
  for await (const record of csvRecords(text, delimiterOf(config))) {
    if (names) yield csvItem(record, names);
    else {
      names = record;
      checkHeaders(names);
    }
  }
}

async function* csvRecords(text: AsyncIterable<string>, delimiter: string): AsyncGenerator<readonly string[]> {
  const reader = csvReader(delimiter);
  for await (const piece of text) yield* reader.read(piece);
  yield* reader.end();
}

function checkHeaders(names: readonly string[]): void {
  const failure = headersFailure(names);
  if (failure) throw new Unreadable(failure);
}

/** For what is read as a whole. */
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

function unreadable(cause: string): Unreadable {
  return new Unreadable(readerFailed(cause));
}
