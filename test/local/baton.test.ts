/** Baton in a program of one's own: what cannot be opened leaves nothing behind, and what is closed in the midst of a call. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
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

describe("closed in the midst of a call", () => {
  const ConnectionArn = "arn:aws:events:us-east-1:000000000000:connection/mine/1";
  const connection = {
    AuthorizationType: "API_KEY",
    AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: "X-Key", ApiKeyValue: "k" } },
  };

  /** It never answers. */
  async function silentServer() {
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = createServer(asked);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const breakOff = (): void => server.closeAllConnections();
    onTestFinished(() => {
      breakOff();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, isAsked, breakOff };
  }

  test.each([
    ["a function behind a URL", "arn:aws:lambda:us-east-1:000000000000:function:slow", () => ({})],
    [
      "an HTTP task",
      "arn:aws:states:::http:invoke",
      (ApiEndpoint: string) => ({ ApiEndpoint, Method: "POST", Authentication: { ConnectionArn } }),
    ],
  ])("%s: the attempt is lost, as after a crash, and nobody hears of it any more", async (_what, Resource, given) => {
    const folder = mkdtempSync(join(tmpdir(), "baton-local-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const connections = join(folder, "connections.json");
    writeFileSync(connections, JSON.stringify({ mine: connection }));
    const { url, isAsked, breakOff } = await silentServer();
    const errors: unknown[] = [];
    const open = () =>
      startLocal({
        folder: join(folder, "data"),
        port: 0,
        functionUrls: { slow: url },
        connections,
        httpToLoopback: true,
        onError: (error) => errors.push(error),
      });
    const state = { Type: "Task", Resource, Parameters: given(url), End: true };
    const definition = { StartAt: "Call", States: { Call: state } };

    const first = await open();
    const headers = { "content-type": "application/json" };
    const request = async (baton: { url: string }, path: string, body?: object) => {
      const init = body && { method: "POST", headers, body: JSON.stringify(body) };
      return (await fetch(`${baton.url}/state-machines${path}`, init)).json();
    };
    await request(first, "", { name: "m", definition });
    await request(first, "/m/executions", { name: "x" });
    await isAsked;
    await first.close();
    breakOff();

    const second = await open();
    await expect
      .poll(() => request(second, "/m/executions/x"), { timeout: 10_000 })
      .toMatchObject({ status: "FAILED", error: "States.TaskFailed" });
    await second.close();
    expect(errors).toEqual([]);
  });
});
