#!/usr/bin/env node
import { main } from "../lib/cli/main.ts";
import { lostOutput, writeWhole } from "../lib/cli/output.ts";

// Whoever reads our lines may have read enough: `baton history … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70));
writeWhole();

await main(process.argv);
const lost = lostOutput();
if (lost !== undefined) {
  process.stderr.write(`${lost}\n`);
  process.exitCode ||= 1;
}
// A connection that is kept alive or a call that nobody waits for must not hold the command back.
process.stdout.write("", () => process.exit());
