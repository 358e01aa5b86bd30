/**
 * The items of a Distributed Map from where its ItemReader points: one file, the files that a manifest
 * names, the objects of a bucket, or what is in them. How objects are fetched is the driver's work.
 */
import type { ReaderConfig } from "../definition.ts";
import { isObject, type JsonText, parseJson, property, writeJson } from "../json.ts";
import type { Failure, Instant, MapItem, MapRun } from "../position.ts";
import { type Read, readerFailed, readItems } from "./items.ts";
import { isManifest, type Place, readManifest } from "./manifest.ts";
import { parquetRows } from "./parquet.ts";
import { type File, textOf } from "./text.ts";

/** What a reader needs of S3. */
export interface ObjectStore {
  get(place: Place): Promise<File | undefined>;
  /** By key. */
  list(bucket: string, prefix: string): Promise<readonly ListedObject[]>;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: Instant;
  /** Absent: STANDARD. */
  readonly storageClass?: string;
}

export type Source =
  | { readonly kind: "items"; readonly items: readonly MapItem[] }
  | { readonly kind: "failed"; readonly failure: Failure };

type Reader = NonNullable<MapRun["reader"]>;

export async function readSource(reader: Reader, config: ReaderConfig, store: ObjectStore): Promise<Source> {
  const limit = reader.maxItems || Number.POSITIVE_INFINITY;
  const given = readerArguments(reader.arguments);
  const refused = refusedArguments(reader, given, config);
  if (refused) return { kind: "failed", failure: refused };
  const bucket = given.get("Bucket") ?? "";
  if (readsListing(reader)) {
    const listed = await store.list(bucket, given.get("Prefix") ?? "");
    if (config.transformation !== "LOAD_AND_FLATTEN") return { kind: "items", items: listing(listed, bucket, limit) };
    const places = listed.filter((one) => !isFolder(one)).map(({ key }) => ({ bucket, key }));
    return readAll(places, config, limit, store);
  }
  const place = placeIn(given);
  if (!isManifest(config)) return readAll([place], config, limit, store);
  const text = await fetched(place, store);
  if (typeof text !== "string") return { kind: "failed", failure: text };
  const manifest = readManifest(text, config, place);
  if (manifest === undefined) return failed(`The object '${place.key}' in the bucket '${bucket}' is not a manifest.`);
  return readAll(manifest.files, manifest.config, limit, store);
}

/** What consoles put where somebody "makes a folder": nothing is in it, and it is no file of any type. */
export function isFolder({ key, size }: ListedObject): boolean {
  return size === 0 && key.endsWith("/");
}

export function readsListing({ resource }: Pick<Reader, "resource">): boolean {
  return resource.endsWith(":listObjectsV2");
}

/** What has to be there, and what must not: that only shows when the arguments are evaluated. */
export function refusedArguments(
  reader: Reader,
  given: ReadonlyMap<string, string>,
  config: ReaderConfig,
): Failure | undefined {
  const required = readsListing(reader) ? ["Bucket"] : ["Bucket", "Key"];
  const absent = required.find((name) => !given.get(name));
  if (absent) return readerFailed(`The ItemReader needs a text as ${absent}, and was given ${reader.arguments}`);
  // Recorded as a fact of the service: it passes validation and fails when the file is to be read.
  const isRefused = config.inputType === "PARQUET" && given.has("VersionId");
  return isRefused ? readerFailed("VersionId is not supported for the InputType PARQUET.") : undefined;
}

/** The object that an ItemReader names. */
export function placeIn(given: ReadonlyMap<string, string>): Place {
  const version = given.get("VersionId");
  const owner = given.get("ExpectedBucketOwner");
  return {
    bucket: given.get("Bucket") ?? "",
    key: given.get("Key") ?? "",
    ...(version !== undefined && { version }),
    ...(owner !== undefined && { owner }),
  };
}

function failed(cause: string): Source {
  return { kind: "failed", failure: readerFailed(cause) };
}

export function readerArguments(text: JsonText): ReadonlyMap<string, string> {
  const given = parseJson(text);
  const members = new Map<string, string>();
  if (!isObject(given)) return members;
  for (const name of ["Bucket", "Key", "Prefix", "VersionId", "ExpectedBucketOwner"]) {
    const value = property(given, name);
    if (typeof value === "string") members.set(name, value);
  }
  return members;
}

/** One file after the other, as far as the limit asks for. */
async function readAll(
  places: readonly Place[],
  config: ReaderConfig,
  limit: number,
  store: ObjectStore,
): Promise<Source> {
  const items: MapItem[] = [];
  for (const place of places) {
    if (items.length >= limit) break;
    const read = await readFile(place, config, limit - items.length, store);
    if (read.kind === "failed") return read;
    const source = `S3://${place.bucket}/${place.key}`;
    let at = 0;
    for (const value of read.items) {
      const key = read.keys?.[at];
      items.push({ index: items.length, value, source, ...(key === undefined ? {} : { key }) });
      at += 1;
    }
  }
  return { kind: "items", items };
}

export async function readFile(place: Place, config: ReaderConfig, left: number, store: ObjectStore): Promise<Read> {
  if (config.inputType === "PARQUET") return readParquet(place, left, store);
  const text = await fetched(place, store);
  if (typeof text !== "string") return { kind: "failed", failure: text };
  return readItems(text, config, Number.isFinite(left) ? left : undefined);
}

async function readParquet(place: Place, left: number, store: ObjectStore): Promise<Read> {
  const file = await store.get(place);
  const where = `The object '${place.key}' in the bucket '${place.bucket}'`;
  if (file === undefined) return { kind: "failed", failure: readerFailed(`${where} does not exist.`) };
  const rows = typeof file === "string" ? undefined : await parquetRows(file, left);
  if (rows === undefined) return { kind: "failed", failure: readerFailed(`${where} is not a Parquet file.`) };
  return { kind: "items", items: rows };
}

export async function fetched(place: Place, store: ObjectStore): Promise<string | Failure> {
  const file = await store.get(place);
  const where = `The object '${place.key}' in the bucket '${place.bucket}'`;
  if (file === undefined) return readerFailed(`${where} does not exist.`);
  return textOf(file) ?? readerFailed(`${where} cannot be inflated.`);
}

/** The members that the service's documentation shows; LastModified in seconds. */
export function listedItem({ key, size, etag, lastModified, storageClass = "STANDARD" }: ListedObject): JsonText {
  return writeJson({
    Etag: etag,
    Key: key,
    LastModified: Math.floor(lastModified / 1000),
    Size: size,
    StorageClass: storageClass,
  });
}

function listing(listed: readonly ListedObject[], bucket: string, limit: number): readonly MapItem[] {
  return listed.slice(0, limit).map((one, index) => ({ index, value: listedItem(one), source: `S3://${bucket}` }));
}
