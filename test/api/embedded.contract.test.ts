/** The embedded server keeps the API's contract, with keys required as a deployed one has them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { usualBodyLimitBytes } from "../../lib/api/handler.ts";
import { accessKeysOf } from "../../lib/local/access-keys.ts";
import { startLocal } from "../../lib/local/baton.ts";
import { apiContract } from "../contracts/api.ts";

apiContract("embedded", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-api-"));
  const tokens: string[] = [];
  const server = await startLocal({
    folder,
    port: 0,
    requireKeys: true,
    tasks: {
      call: async (call) => {
        tokens.push(JSON.parse(call.arguments).Payload.token);
        return { kind: "submitted", output: "{}" };
      },
    },
  });
  const starter = { accessKeyId: "STARTER", secretAccessKey: "another" };
  await accessKeysOf(folder).add({ ...starter, role: "start", machines: ["orders-*"] });
  if (!server.credentials) throw new Error("keys are required, and the server has none of its own");
  return {
    account: "000000000000",
    region: "us-east-1",
    admin: server.credentials,
    starter,
    url: server.url,
    largestBody: usualBodyLimitBytes,
    send: (request) => fetch(request),
    work: async () => await pause(5), // it works by itself
    tokens,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
});
