/**
 * Manifests: files that name the files to read. An S3 inventory's says in JSON which CSV files list the
 * objects of a bucket, and their columns; Athena's (UNLOAD) is a list of the files that it wrote.
 */
import type { ReaderConfig } from "../definition.ts";
import { isArray, isObject, type JsonObject, JsonSyntaxError, parseJson, property, type Value } from "../json.ts";
import { csvRecords } from "./csv.ts";

export interface Place {
  readonly bucket: string;
  readonly key: string;
  /** VersionId; absent: the newest. A store that keeps no versions has but one. */
  readonly version?: string;
  /** ExpectedBucketOwner: of another account's bucket nothing is read. */
  readonly owner?: string;
}

/** The files that a manifest names, and how each is to be read. */
export interface Manifest {
  readonly files: readonly Place[];
  readonly config: ReaderConfig;
}

/** Undefined: it is no manifest of that type. */
export function readManifest(text: string, config: ReaderConfig, at: Place): Manifest | undefined {
  return isAthenas(config) ? athenas(text, config) : inventory(text, config, at);
}

/** Athena's manifest has the type of its files as InputType; an inventory's is MANIFEST. */
export function isManifest(config: ReaderConfig): boolean {
  return config.manifestType !== undefined || config.inputType === "MANIFEST";
}

function isAthenas(config: ReaderConfig): boolean {
  return config.manifestType === "ATHENA_DATA";
}

/** One URI a line. */
function athenas(text: string, config: ReaderConfig): Manifest | undefined {
  const files: Place[] = [];
  for (const [uri = ""] of csvRecords(text, ",")) {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri.trim()) ?? [];
    if (bucket === undefined || key === undefined) return undefined;
    files.push({ bucket, key });
  }
  const { manifestType: _, ...rest } = config;
  return { files, config: rest };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html */
function inventory(text: string, config: ReaderConfig, { bucket }: Place): Manifest | undefined {
  const manifest = parsed(text);
  if (manifest === undefined || textIn(manifest, "fileFormat") !== "CSV") return undefined;
  const destination = textIn(manifest, "destinationBucket")?.replace(/^arn:[^:]*:s3:::/, "") ?? bucket;
  const files = property(manifest, "files");
  const columns = textIn(manifest, "fileSchema")?.split(/\s*,\s*/);
  if (!isArray(files) || columns === undefined) return undefined;
  const places = files.map((file) => ({ bucket: destination, key: isObject(file) ? textIn(file, "key") : undefined }));
  if (!places.every(isPlace)) return undefined;
  const { inputType: _, manifestType: __, ...rest } = config;
  return { files: places, config: { ...rest, inputType: "CSV", csvHeaderLocation: "GIVEN", csvHeaders: columns } };
}

function isPlace(place: { readonly bucket: string; readonly key: string | undefined }): place is Place {
  return place.key !== undefined;
}

function textIn(object: JsonObject, member: string): string | undefined {
  const found: Value | undefined = property(object, member);
  return typeof found === "string" ? found : undefined;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
