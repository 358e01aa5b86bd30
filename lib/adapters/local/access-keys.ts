/**
 * Access keys in a folder, a file each that only its owner may read: to make and to revoke one needs no lock, and
 * both count at once, also for a server that runs.
 */
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AccessKey, AccessKeys } from "../../engine/ports.ts";

/** What may be the name of a file: an id comes from whoever calls. */
const wellFormed = /^[A-Za-z0-9]{1,64}$/;

export function localAccessKeys(folder: string): AccessKeys {
  const fileOf = (accessKeyId: string): string => join(folder, accessKeyId);
  const find = async (accessKeyId: string): Promise<AccessKey | undefined> =>
    wellFormed.test(accessKeyId) ? await absentIfGone(read(fileOf(accessKeyId))) : undefined;
  return {
    find,
    async list() {
      const names = (await absentIfGone(readdir(folder))) ?? [];
      const keys = await Promise.all(names.map(find));
      return keys.filter((key) => key !== undefined).sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
    },
    async add(key) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Written beside and renamed: a server that reads meanwhile never sees half a key.
      const beside = join(folder, `.${key.accessKeyId}.${process.pid}`);
      const file = await open(beside, "wx", 0o600);
      try {
        await file.writeFile(JSON.stringify(key));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, fileOf(key.accessKeyId));
    },
    async remove(accessKeyId) {
      if (!(await find(accessKeyId))) return "absent";
      await rm(fileOf(accessKeyId), { force: true });
      return "removed";
    },
  };
}

async function read(file: string): Promise<AccessKey> {
  return JSON.parse(await readFile(file, "utf8")); // written above and nowhere else
}

async function absentIfGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
