/** Baton in a program of one's own: what cannot be opened leaves nothing behind. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startLocal } from "../../lib/local/baton.ts";
import { serve } from "../../lib/local/server.ts";

test("without its functions it does not start, and its port is free again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-local-"));
  const { port, close } = await serve(async () => ({ status: 204, headers: {}, body: null }), {
    port: 0,
    bodyLimitBytes: 1,
  });
  await close(0);
  const start = () => startLocal({ folder, port, functionFolders: [join(folder, "none")] });
  for (const _ of ["once", "again"]) await expect(start()).rejects.toThrow("none' is not a folder");
  rmSync(folder, { recursive: true, force: true });
});
