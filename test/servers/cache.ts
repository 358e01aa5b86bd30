/**
 * What the test servers are made of (jars, Python environments) is fetched once into a folder outside the
 * repository and kept. A folder with its final name is complete: it is filled under another name and renamed,
 * so a fetch that was cut off, or two at the same time, leave nothing half done.
 */
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Builds that take longer than this hang: a slow network fetches 100 MB in it. */
const fetchTimeoutMilliseconds = 600_000;

const execute = promisify(execFile);

export function cacheFolder(): string {
  return process.env["BATON_TEST_CACHE"] ?? join(homedir(), ".cache", "baton-test-servers");
}

/** The folder `name` of the cache, filled by `fill` if it is not there yet. */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (await exists(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    await fill(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export async function run(command: string, args: readonly string[], folder?: string): Promise<string> {
  const options = { cwd: folder, timeout: fetchTimeoutMilliseconds, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await execute(command, [...args], options);
  return stdout;
}
