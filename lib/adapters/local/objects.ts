/**
 * The users' files in a folder, where DIR/bucket/key is the object `key` of `bucket`: for machines that read and
 * write S3, without S3. Nothing outside the folder is ever read or written, whatever a key says.
 */
import { constants, createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Place } from "../../asl/distributed/manifest.ts";
import type { ListedObject } from "../../asl/distributed/source.ts";
import type { Objects, Parts, Refused } from "../../engine/map-run/ports.ts";

/** Objects in a page of a list: as many as S3 gives. */
const pageSize = 1_000;

export function folderObjects(folder: string): Objects {
  const { parts, ...whole } = objectsIn(resolve(folder));
  return {
    read: (place, ...range) => told(place, () => whole.read(place, ...range)),
    list: (place, after) => told(place, () => whole.list(place, after)),
    write: (place, body) => told(place, () => whole.write(place, body)),
    parts: {
      begin: (place) => told(place, () => parts.begin(place)),
      put: (place, ...part) => told(place, () => parts.put(place, ...part)),
      complete: (place, ...tags) => told(place, () => parts.complete(place, ...tags)),
    },
  };
}

/** What the file system will say again however often it is asked: about a name, its kind, or rights. */
const finalCodes = ["ENAMETOOLONG", "ERR_INVALID_ARG_VALUE", "ENOTDIR", "EISDIR", "EEXIST", "EACCES", "EPERM", "EROFS"];

async function told<T>({ bucket, key }: Place, act: () => Promise<T>): Promise<T | Refused> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !finalCodes.includes(String(error.code))) throw error;
    return { kind: "refused", why: `The object '${key}' in the bucket '${bucket}': ${error.message}` };
  }
}

function objectsIn(root: string): Objects {
  return {
    async read(place, from = 0, to = Number.POSITIVE_INFINITY) {
      const path = pathOf(root, place);
      if (path === undefined || (await kindOf(path)) !== "file") return missing(place);
      await access(path, constants.R_OK);
      const { size, etag: tag } = await listed(path, place.key);
      const isThere = from < Math.min(size, to);
      const body = isThere ? createReadStream(path, { start: from, end: to - 1 }) : nothing();
      return { kind: "object", body, size, tag };
    },

    async list({ bucket, key: prefix }, after) {
      const path = pathOf(root, { bucket, key: "" });
      if (path === undefined || (await kindOf(path)) !== "folder") return noBucket(bucket);
      const keys = (await keysIn(path)).filter((key) => key.startsWith(prefix)).sort(inByteOrder);
      const rest = after === undefined ? keys : keys.filter((key) => inByteOrder(key, after) > 0);
      const shown = rest.slice(0, pageSize);
      const objects = await Promise.all(shown.map((key) => listed(join(path, key), key)));
      return { kind: "page", objects, done: rest.length <= pageSize };
    },

    parts: folderParts(root),

    async write(place, body) {
      const path = writablePath(root, place);
      if (path === undefined) return noName(place);
      await mkdir(dirname(path), { recursive: true });
      // Whoever reads it meanwhile finds the old one or the new one whole.
      await writeFile(`${path}.part`, body);
      await rename(`${path}.part`, path);
      return { kind: "written" };
    },
  };
}

/** Each part is a file beside the object until they are put together. */
function folderParts(root: string): Parts {
  const partOf = (path: string, number: number): string => `${path}.${number}.part`;
  return {
    begin: async (place) =>
      writablePath(root, place) === undefined ? noName(place) : { kind: "begun", upload: "parts" },

    async put(place, _upload, number, body) {
      const path = writablePath(root, place);
      if (path === undefined) return noName(place);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(partOf(path, number), body);
      return { kind: "put", tag: String(number) };
    },

    async complete(place, _upload, tags) {
      const path = writablePath(root, place);
      if (path === undefined) return noName(place);
      const parts = tags.map((_, at) => partOf(path, at + 1));
      const [first] = parts;
      // The first goes first: without it they were put together by an earlier call.
      if (first === undefined || (await sizeOf(first)) === undefined) return { kind: "written" };
      await writeFile(`${path}.part`, "");
      for (const part of parts)
        await pipeline(createReadStream(part), createWriteStream(`${path}.part`, { flags: "a" }));
      await rename(`${path}.part`, path);
      for (const part of parts) await rm(part);
      return { kind: "written" };
    },
  };
}

/** Undefined: it is no name of a file in its bucket. */
function writablePath(root: string, place: Place): string | undefined {
  return place.key === "" ? undefined : pathOf(root, place);
}

function noName({ bucket, key }: Place): Refused {
  return { kind: "refused", why: `The key '${key}' is no name of a file in the bucket '${bucket}'.` };
}

const nowhere: Refused = { kind: "refused", why: "No files are here: this store was opened without a place for them." };

export const noObjects: Objects = {
  read: async () => nowhere,
  list: async () => nowhere,
  write: async () => nowhere,
  parts: { begin: async () => nowhere, put: async () => nowhere, complete: async () => nowhere },
};

/** Undefined: it would lie outside of its bucket. */
function pathOf(root: string, { bucket, key }: Place): string | undefined {
  if (bucket === "" || bucket.includes("/") || bucket.includes(sep) || bucket.startsWith(".")) return undefined;
  const path = resolve(root, bucket, key);
  const home = join(root, bucket);
  return path === home || path.startsWith(home + sep) ? path : undefined;
}

async function kindOf(path: string): Promise<"file" | "folder" | "none"> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "folder" : "file";
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return "none";
    throw error;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await kindOf(path)) === "file" ? (await stat(path)).size : undefined;
}

async function keysIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".part"))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(path.length + 1)
        .split(sep)
        .join("/"),
    );
}

async function listed(path: string, key: string): Promise<ListedObject> {
  const { size, mtimeMs, ino } = await stat(path);
  // Two may be written in one millisecond, but the second is a file of its own.
  const etag = `"${[size, Math.floor(mtimeMs), ino].map((part) => part.toString(16)).join("-")}"`;
  return { key, size, etag, lastModified: mtimeMs };
}

function inByteOrder(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function missing({ bucket, key }: Place): Refused {
  return { kind: "refused", why: `The object '${key}' in the bucket '${bucket}' does not exist.` };
}

function noBucket(bucket: string): Refused {
  return { kind: "refused", why: `The bucket '${bucket}' does not exist.` };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
