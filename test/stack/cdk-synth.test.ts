/** `npx cdk synth` as the README says it, by what cdk.json names; only the build before it is left out. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { functions } from "../../lib/adapters/aws/names.ts";
import { type JsonObject, readAssembly } from "../end-to-end/deployed-shape/assembly.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-synth-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("cdk synth writes the stack, and each function's code is there", { timeout: 120_000 }, async () => {
  const cdk = join("node_modules", ".bin", "cdk");
  // Other tests use what was built: it must not be built again beside them.
  await promisify(execFile)(cdk, ["synth", "--quiet", "--build", "true", "--output", folder]);
  const assembly = readAssembly(folder);
  const codes = [...assembly.resources.values()]
    .filter(({ type }) => type === "AWS::Lambda::Function")
    .map(({ properties }) => assembly.assetFolder(String((properties["Code"] as JsonObject)["S3Key"])));
  expect(codes.length).toBeGreaterThanOrEqual(functions.length);
  expect(codes.filter((code) => !existsSync(join(code, "index.mjs")))).toEqual([]);
});
