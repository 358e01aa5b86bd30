#!/usr/bin/env node
import { main } from "../lib/cli/main.ts";

// Whoever reads our lines may have read enough: `baton history … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70));

await main(process.argv);
// A connection that is kept alive or a call that nobody waits for must not hold the command back.
process.stdout.write("", () => process.exit());
