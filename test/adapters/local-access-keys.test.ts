/** Access keys in a folder: the contract, and that nobody else may read them. */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localAccessKeys } from "../../lib/adapters/local/access-keys.ts";
import { accessKeysContract } from "../contracts/access-keys.ts";

function folder(): string {
  return join(mkdtempSync(join(tmpdir(), "baton-keys-")), "access-keys");
}

accessKeysContract("a folder", async () => {
  const place = folder();
  return { keys: localAccessKeys(place), close: async () => rmSync(place, { recursive: true }) };
});

test("only their owner may read them, and nothing else is left in the folder", async () => {
  const place = folder();
  const keys = localAccessKeys(place);
  await keys.add({ accessKeyId: "A", secretAccessKey: "s", role: "admin" });
  await keys.add({ accessKeyId: "A", secretAccessKey: "t", role: "admin" });
  expect(await keys.find("A")).toMatchObject({ secretAccessKey: "t" });
  expect(readdirSync(place)).toEqual(["A"]);
  expect(statSync(place).mode & 0o777).toBe(0o700);
  expect(statSync(join(place, "A")).mode & 0o777).toBe(0o600);
  rmSync(place, { recursive: true });
});
