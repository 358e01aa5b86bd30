/** What only a process of its own can show: standard input, exit codes, a reader that goes away. */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { startLocal } from "../../lib/local/baton.ts";
import { folderOf } from "./baton.ts";

const root = join(import.meta.dirname, "../..");
const definition = join(root, "asl-examples/order-processing/definition.asl.json");

function start(stdio: StdioOptions, ...parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(root, "dist/bin/baton.js"), ...parameters], { stdio });
}

async function ended(child: ChildProcess): Promise<{ readonly code: number; readonly said: string }> {
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  const [code] = await once(child, "close");
  return { code, said };
}

describe("the command as a process", () => {
  test("Ctrl-C ends a follower, not the execution, and says so", async () => {
    const folder = folderOf({
      "w.asl.json": { StartAt: "W", States: { W: { Type: "Wait", Seconds: 999, End: true } } },
    });
    const server = await startLocal({ port: 0, folder: join(folder, "data") });
    try {
      await ended(start("pipe", "deploy", join(folder, "w.asl.json"), "--url", server.url));
      const child = start("pipe", "start", "w", "--name", "x", "--follow", "--url", server.url);
      const all = ended(child);
      const client = connect(server.url);
      const executionArn = "arn:aws:states:us-east-1:000000000000:execution:w:x";
      child.stdout?.on("data", (text) => String(text).includes("waits") && child.kill("SIGINT"));
      const { code, said } = await all;
      expect(said).toMatch(/execution:w:x runs on; follow it again with: baton watch w\/x --endpoint http\S+\n$/);
      expect(code).toBe(130);
      expect((await client.call("DescribeExecution", { executionArn })).status).toBe("RUNNING");
    } finally {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a definition on standard input", async () => {
    const child = start("pipe", "validate", "-");
    child.stdin?.end('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}');
    expect(await ended(child)).toEqual({ code: 0, said: "✔ - is valid\n" });
  });

  test("a mistake is exit code 1 and a sentence", async () => {
    const child = start("pipe", "validate", "none.asl.json");
    expect(await ended(child)).toEqual({ code: 1, said: "there is no file none.asl.json\n" });
  });

  test("a server that goes away is exit code 1 and a sentence", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined).on("data", () => socket.destroy());
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { code, said } = await ended(start("pipe", "list", "--url", `http://127.0.0.1:${port}`));
    server.close();
    expect(said).toMatch(/^asked 3 times: the connection to \S+ broke off before ListStateMachines was answered .*\n$/);
    expect(code).toBe(1);
  });

  test.skipIf(!existsSync("/dev/full"))("output that a full disk does not take is a failure", async () => {
    const full = openSync("/dev/full", "w");
    const child = start(["ignore", full, "pipe"], "validate", definition, "--json");
    const { code, said } = await ended(child);
    closeSync(full);
    expect([code, said]).toEqual([1, expect.stringMatching(/^what was printed is not whole: ENOSPC: .*\n$/)]);
  });

  test("a run whose reader has read enough leaves nothing behind", async () => {
    const place = folderOf({ "w.asl.json": { StartAt: "W", States: { W: { Type: "Wait", Seconds: 1, End: true } } } });
    const temporary = mkdtempSync(join(place, "tmp-"));
    vi.stubEnv("TMPDIR", temporary);
    const child = start("pipe", "run", join(place, "w.asl.json"), "--function-url", "none=http://127.0.0.1:2");
    vi.unstubAllEnvs();
    child.stdout?.once("data", () => child.stdout?.destroy());
    await once(child, "close");
    expect(readdirSync(temporary)).toEqual([]);
    rmSync(place, { recursive: true });
  });

  test("a reader who has read enough is no failure", async () => {
    const child = start("pipe", "validate", definition, "--json");
    child.stdout?.destroy();
    expect(await ended(child)).toEqual({ code: 0, said: "" });
  });
});
