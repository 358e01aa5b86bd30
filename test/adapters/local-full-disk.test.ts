/** A store on a disk that is full when it is opened: a sentence says so, and nothing is left behind. */
import { readdir } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { openLocalWorld } from "../../lib/adapters/local/world.ts";
import { freshFolder } from "./local-subject.ts";

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const writeFile = async (path: string): Promise<void> => {
    await real.writeFile(path, ""); // a name takes no room
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  };
  return { ...real, writeFile };
});

test("a full disk", async () => {
  const folder = await freshFolder();
  const tasks = { call: () => Promise.reject(new Error("no calls")) };
  await expect(openLocalWorld({ folder, tasks })).rejects.toThrow(
    `the folder '${folder}' cannot be written: the disk is full; make room and start Baton again`,
  );
  expect(await readdir(folder)).toEqual([]);
});
