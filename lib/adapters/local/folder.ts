/** Making the folder that a store stands in, and opening what is in it: what is in the way is told as a sentence. */
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

/** What is done in the folder that fails since it takes no more, or nothing from this user. */
export async function writable<Made>(path: string, open: () => Promise<Made>): Promise<Made> {
  try {
    return await open();
  } catch (error) {
    const code = codeOf(error);
    const reason = reasons[code];
    if (reason === undefined || !lasting.has(code)) throw error;
    const help = code === "ENOSPC" ? "make room and start Baton again" : "choose another";
    throw new Error(`the folder '${path}' cannot be written: ${reason}; ${help}`, { cause: error });
  }
}

/** Of those that are about the whole folder, and not about a file that should be there. */
const lasting: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC"]);

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

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function reasonOf(error: unknown): string {
  return reasons[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}
