/** What a Distributed Map needs of S3: to read the file or the list its items come from, to write its results. */
import { isObject, type JsonObject, property, type Value } from "../json.ts";
import { unreachable } from "../unreachable.ts";
import { type Given, literalOf, type Need } from "./needs.ts";

export function bucketNeeds(state: JsonObject, given: Given): readonly Need[] {
  return [...readerNeeds(state, given), ...needsOfPart(state, "ResultWriter", given, [into])];
}

interface Wanted {
  readonly action: string;
  /** `Key`: that object; `Prefix`: those whose keys begin so; `folder`: those in it. */
  readonly of: "bucket" | "any object" | "Key" | "Prefix" | "folder";
}

const into: Wanted = { action: "s3:PutObject", of: "folder" };

function readerNeeds(state: JsonObject, given: Given): readonly Need[] {
  const part = property(state, "ItemReader");
  const config = isObject(part) ? property(part, "ReaderConfig") : undefined;
  const saysOf = (name: string): Value | undefined => (isObject(config) ? property(config, name) : undefined);
  if (resourceOf(part)?.includes(":listObjects")) {
    const loads = saysOf("Transformation") === "LOAD_AND_FLATTEN";
    const read: readonly Wanted[] = loads ? [{ action: "s3:GetObject", of: "Prefix" }] : [];
    return needsOfPart(state, "ItemReader", given, [{ action: "s3:ListBucket", of: "bucket" }, ...read]);
  }
  const isManifest = saysOf("InputType") === "MANIFEST" || saysOf("ManifestType") !== undefined;
  const file: Wanted = { action: "s3:GetObject", of: isManifest ? "any object" : "Key" };
  const needs = needsOfPart(state, "ItemReader", given, [file]);
  const named = needs.map((need) =>
    isManifest ? { ...need, note: "a manifest names the files to read: allow those in other buckets yourself" } : need,
  );
  return hasVersion(part)
    ? named.map((need) => ({ ...need, actions: [...need.actions, "s3:GetObjectVersion"] }))
    : named;
}

function resourceOf(part: Value | undefined): string | undefined {
  const resource = isObject(part) ? property(part, "Resource") : undefined;
  return typeof resource === "string" ? resource : undefined;
}

function argumentsOf(part: Value | undefined): JsonObject {
  const given = isObject(part) ? (property(part, "Parameters") ?? property(part, "Arguments")) : undefined;
  return isObject(given) ? given : {};
}

function hasVersion(part: Value | undefined): boolean {
  return ["VersionId", "VersionId.$"].some((name) => property(argumentsOf(part), name) !== undefined);
}

function needsOfPart(state: JsonObject, name: string, given: Given, wanted: readonly Wanted[]): readonly Need[] {
  const part = property(state, name);
  if (resourceOf(part) === undefined) return [];
  const inside: Given = { ...given, parameters: argumentsOf(part) };
  const bucket = literalOf(inside, "Bucket").value;
  const arn = `arn:${given.home.partition}:s3:::${bucket ?? "*"}`;
  const note = bucket === undefined ? { note: `the bucket of its ${name} is computed: every bucket is allowed` } : {};
  return wanted.map(({ action, of }) => ({ actions: [action], resources: [placeOf(arn, of, inside)], ...note }));
}

function placeOf(bucket: string, of: Wanted["of"], inside: Given): string {
  const named = (name: "Key" | "Prefix"): string | undefined => literalOf(inside, name).value;
  switch (of) {
    case "bucket":
      return bucket;
    case "any object":
      return `${bucket}/*`;
    case "Key":
      return `${bucket}/${named("Key") ?? "*"}`;
    case "Prefix":
      return `${bucket}/${named("Prefix") ?? ""}*`;
    case "folder": {
      const prefix = named("Prefix");
      return `${bucket}/${prefix === undefined ? "" : `${prefix.replace(/\/$/, "")}/`}*`;
    }
    default:
      return unreachable(of);
  }
}
