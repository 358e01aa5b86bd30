/** The folders of the simulation go with their processes. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { ownFolder } from "./folder.ts";

const parent = mkdtempSync(join(tmpdir(), "baton-folders-"));
buildSync({
  entryPoints: [join(import.meta.dirname, "folder.ts")],
  outfile: join(parent, "folder.mjs"),
  platform: "node",
  format: "esm",
});
afterAll(() => rmSync(parent, { recursive: true }));

function folderOf(pid: number | undefined): string {
  const path = join(parent, `baton-simulation-${pid}-x`);
  mkdirSync(path);
  return path;
}

test("whoever comes next removes the folders of dead processes, and of no others", () => {
  const dead = folderOf(spawnSync(process.execPath, ["-e", ""]).pid);
  const alive = folderOf(process.ppid);
  const { path, remove } = ownFolder(parent);
  expect([dead, alive, path].map(existsSync)).toEqual([false, true, true]);
  remove();
  expect(existsSync(path)).toBe(false);
});

/** A process that has a folder and does nothing, until somebody ends it. */
const holder = `
  import { ownFolder } from "./folder.mjs";
  console.log(ownFolder(process.argv[1]).path);
  setInterval(() => {}, 60_000);
`;

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s ends the process and its folder", async (signal) => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", holder, parent], { cwd: parent });
  const [line] = await once(child.stdout, "data");
  const path = String(line).trim();
  expect(existsSync(path)).toBe(true);
  child.kill(signal);
  const [, by] = await once(child, "exit");
  expect(by).toBe(signal);
  expect(existsSync(path)).toBe(false);
});
