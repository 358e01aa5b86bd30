/** The folder of a store: made with its parents, or a sentence that says what is in the way. */
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../lib/adapters/local/folder.ts";
import { freshFolder } from "./local-subject.ts";

test("is made with its parents, and may be there", async () => {
  const path = join(await freshFolder(), "a", "b");
  await Promise.all([makeFolder(path), makeFolder(path)]);
  await makeFolder(path);
  expect((await stat(path)).isDirectory()).toBe(true);
});

test.each([
  ["a file of its name", "file", /^the folder '.*file' cannot be made: a part of its path is a file; choose another$/],
  [
    "a file on the way",
    "file/deep/er",
    /^the folder '.*file\/deep\/er' cannot be made: a part of its path is a file; choose another$/,
  ],
])("%s is told", async (_, name, expected) => {
  const folder = await freshFolder();
  await writeFile(join(folder, "file"), "");
  await expect(makeFolder(join(folder, name))).rejects.toThrow(expected);
});

test("a parent that takes no folders is told, where Node's own way would never end", async () => {
  await expect(makeFolder("/proc/baton/data")).rejects.toThrow(/^the folder '\/proc\/baton\/data' cannot be made: /);
});
