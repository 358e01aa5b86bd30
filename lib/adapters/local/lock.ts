/**
 * One process per folder. The lock file names its owner; a lock whose owner is gone is taken over. A process
 * number alone would not do: in a container the next process often has the number of the one that was killed,
 * so the moment at which the process was born stands beside it where the system tells.
 */
import { createHash, randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

export interface Lock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Boot and start time of the process; "" where the system does not tell. */
  readonly born: string;
}

/** Another process may take over the same stale lock first; more rounds than that is no accident. */
const ROUNDS = 5;

export async function lockFolder(folder: string): Promise<Lock> {
  const path = join(folder, "baton.lock");
  const owner: Owner = { pid: process.pid, host: hostname(), born: (await birth(process.pid)) ?? "" };
  const text = `${JSON.stringify({ ...owner, id: randomBytes(12).toString("hex") })}\n`;
  for (let round = 0; round < ROUNDS; round += 1) {
    if (await create(path, text)) return { release: () => rm(path, { force: true }) };
    const found = await read(path);
    if (found === undefined) continue;
    const holder = parse(found);
    if (holder !== undefined && (await isAlive(holder))) throw new Error(inUse(folder, path, holder));
    await removeStale(path, found, text);
  }
  throw new Error(`cannot lock '${folder}': several processes are opening it at the same time`);
}

function inUse(folder: string, path: string, { pid, host }: Owner): string {
  const elsewhere = host === hostname() ? "" : ` on host '${host}'`;
  return (
    `the folder '${folder}' is in use by process ${pid}${elsewhere}; stop that process or choose another folder` +
    (elsewhere === "" ? "" : ` (if that host is gone, remove '${path}')`)
  );
}

/** Whole or not at all: written beside and linked, which fails if somebody was first. */
async function create(path: string, text: string): Promise<boolean> {
  const beside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(beside, text); // on a full disk it is made and stays empty
    await link(beside, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

/**
 * Removes that very lock, whose owner is dead. Two who both read it must not both act, or the slower one would
 * remove the lock of the faster: so whoever removes it holds a claim on it, and no two locks have the same text.
 */
async function removeStale(path: string, stale: string, text: string): Promise<void> {
  const claim = (round: number): string => `${path}.${createHash("sha256").update(stale).digest("hex")}.${round}`;
  for (let round = 0; round < ROUNDS; round += 1) {
    if (await create(claim(round), text)) {
      if ((await read(path)) === stale) await rm(path);
      for (let done = 0; done <= round; done += 1) await rm(claim(done), { force: true });
      return;
    }
    // Somebody is at it. Who died at it leaves his claim behind, and the next number is free.
    const claimed = await read(claim(round));
    const claimant = claimed === undefined ? undefined : parse(claimed);
    if (claimant === undefined || (await isAlive(claimant))) return;
  }
}

async function isAlive({ pid, host, born }: Owner): Promise<boolean> {
  // A process of another host (or container) cannot be asked; taking its store away would be worse than refusing.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if (hasCode(error, "ESRCH")) return false;
    if (!hasCode(error, "EPERM")) throw error;
  }
  if (await isZombie(pid)) return false;
  const now = await birth(pid);
  return now === undefined || born === "" || now === born;
}

/**
 * It has ended, and its parent has not asked for its end: in a container whose first process does not, it never goes.
 * With more threads than one it may still be at its last write.
 */
async function isZombie(pid: number): Promise<boolean> {
  const fields = await statusFields(pid);
  return fields?.[0] === "Z" && fields[17] === "1";
}

async function birth(pid: number): Promise<string | undefined> {
  const boot = await read("/proc/sys/kernel/random/boot_id");
  const fields = await statusFields(pid);
  if (boot === undefined || fields === undefined) return undefined;
  return `${boot.trim()} ${fields[19]}`;
}

/** Those after the name, which stands in parentheses and may contain anything: state first, threads 18th, start time 20th. */
async function statusFields(pid: number): Promise<readonly string[] | undefined> {
  const status = await read(`/proc/${pid}/stat`);
  return status?.slice(status.lastIndexOf(")") + 2).split(" ");
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

function parse(text: string): Owner | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return isOwner(found) ? found : undefined;
  } catch {
    // Nothing but a power cut leaves an unreadable lock, and after that nobody holds it.
    return undefined;
  }
}

function isOwner(found: unknown): found is Owner {
  return (
    typeof found === "object" &&
    found !== null &&
    "pid" in found &&
    typeof found.pid === "number" &&
    "host" in found &&
    typeof found.host === "string" &&
    "born" in found &&
    typeof found.born === "string"
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
