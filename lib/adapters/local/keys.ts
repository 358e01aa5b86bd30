/** The installation's secret in a file that only its owner may read; made on the first opening. */
import { createHmac, randomBytes } from "node:crypto";
import { link, open, readFile, rm } from "node:fs/promises";
import type { Keys } from "../../engine/ports.ts";

const BYTES = 32;

export async function localKeys(path: string): Promise<Keys> {
  const key = (await read(path)) ?? (await make(path));
  return { sign: (text) => createHmac("sha256", key).update(text).digest("base64url") };
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    const key = await readFile(path);
    if (key.length !== BYTES) throw new Error(`${path} has ${key.length} bytes; a key has ${BYTES}`);
    return key;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function make(path: string): Promise<Buffer> {
  const key = randomBytes(BYTES);
  // Written beside and linked: a crash in between must not leave half a key under the name.
  const beside = `${path}.${process.pid}`;
  await rm(beside, { force: true });
  const file = await open(beside, "wx", 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  await link(beside, path);
  await rm(beside);
  return key;
}
