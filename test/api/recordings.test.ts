/** The embedded server answers all recorded sequences of calls as the service did. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { startLocal } from "../../lib/local/baton.ts";
import { recordingsContract } from "../contracts/recordings.ts";
import { readRecordings } from "./recordings.ts";

recordingsContract("embedded", readRecordings(), async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-recordings-"));
  const { url, engine, close } = await startLocal({ folder, port: 0 });
  return {
    // Any key is taken on loopback; one of 12 digits names the account.
    open: async (account) => ({ endpoint: url, credentials: { accessKeyId: account, secretAccessKey: "any" } }),
    engine,
    work: async () => await nextTurn(), // it works by itself
    async close() {
      await close();
      await rm(folder, { recursive: true });
    },
  };
});
