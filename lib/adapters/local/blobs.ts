/**
 * Large payloads as files, in folders named like the blob, so that an execution's blobs go with one removal.
 * A blob is written beside its place and renamed: whoever reads it sees all of it or nothing.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Blobs } from "../../engine/ports.ts";

export interface LocalBlobs extends Blobs {
  /** Removes all blobs whose name begins with these whole parts. */
  forget(name: string): Promise<void>;
}

export function localBlobs(folder: string): LocalBlobs {
  return {
    async put(name, body) {
      const place = pathOf(folder, name);
      // Write-once, so what stands there is what we would write.
      if (await exists(place)) return;
      await mkdir(dirname(place), { recursive: true });
      const beside = `${place}.${randomBytes(6).toString("hex")}`;
      await writeThrough(beside, body);
      await rename(beside, place);
      await syncFolder(dirname(place));
    },

    async get(name) {
      try {
        return await readFile(pathOf(folder, name), "utf8");
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async forget(name) {
      await rm(pathOf(folder, name), { recursive: true, force: true });
    },
  };
}

/** Safe as a file name on every system, also where case is not told apart and some short names are devices. */
const plain = /^[a-z0-9][a-z0-9_-]{4,99}$/;

/** One folder level for each part of the name; a part that could be anything but a plain file name is hashed. */
function pathOf(folder: string, name: string): string {
  const parts = name.split("/").map((part) => (plain.test(part) ? part : `~${digest(part)}`));
  return join(folder, ...parts);
}

function digest(part: string): string {
  return createHash("sha256").update(part).digest("hex").slice(0, 40);
}

async function writeThrough(path: string, body: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The name itself survives a power cut only with its folder; Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
