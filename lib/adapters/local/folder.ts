/** Making the folder that a store stands in: what is in its way is told as a sentence. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "it is on a file system that is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a part of its path is a file",
  ENOENT: "its parent takes no folders",
};

/** Makes it with its parents. Not by Node's `recursive`, which never ends where a parent is there and takes no folders (/proc). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await make(resolve(path));
  } catch (error) {
    throw new Error(`the folder '${path}' cannot be made: ${reasonOf(error)}; choose another`, { cause: error });
  }
}

async function make(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path && !(await isFolder(parent))) await make(parent);
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
