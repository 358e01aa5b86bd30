/** The console's files over HTTP, and the stream of changes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { createChanges, tellingChanges } from "../../lib/api/changes.ts";
import { readConsole } from "../../lib/api/console.ts";
import { createHandler } from "../../lib/api/handler.ts";
import { toResponse } from "../../lib/api/http.ts";
import { executionId } from "../../lib/engine/identity.ts";
import { memoryWorld } from "./memory-world.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-console-"));
writeFileSync(join(folder, "index.html"), "<!doctype html>");
writeFileSync(join(folder, "console-ABC.js"), "run()");
writeFileSync(join(folder, "secret.txt"), "not the console's");
afterAll(() => rmSync(folder, { recursive: true }));

const { engine } = memoryWorld();
const files = readConsole(folder);
if (!files) throw new Error("there is a page in the folder");
const handler = createHandler(engine, { authentication: "none", console: files });

async function get(path: string, init: RequestInit = {}): Promise<Response> {
  return await handler(new Request(`http://localhost${path}`, init));
}

describe("the console's files", () => {
  test.each<[path: string, status: number, type: string | null]>([
    ["/console/", 200, "text/html; charset=utf-8"],
    ["/console/index.html", 200, "text/html; charset=utf-8"],
    ["/console/console-ABC.js", 200, "text/javascript; charset=utf-8"],
    ["/console/secret.txt", 404, "text/plain;charset=UTF-8"],
    ["/console/../api/handler.ts", 404, "application/problem+json"],
    ["/console/%2e%2e%2fsecret.txt", 404, "text/plain;charset=UTF-8"],
    ["/console/constructor", 404, "text/plain;charset=UTF-8"],
  ])("%s: %i", async (path, status, type) => {
    const response = await get(path);
    expect([response.status, response.headers.get("content-type")]).toEqual([status, type]);
  });

  test("its address without a slash leads to it, whatever stands before", async () => {
    const response = await get("/console");
    expect([response.status, response.headers.get("location")]).toEqual([308, "console/"]);
  });

  test("a browser at the root is led to it, any other client is not", async () => {
    const headers = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
    const staged = createHandler(engine, { authentication: "none", console: files, basePath: "/prod" });
    for (const [path, location, ask] of [
      ["/", "/console/", handler],
      ["/prod", "/prod/console/", staged],
      ["/prod/", "/prod/console/", staged],
    ] as const) {
      const response = await ask(new Request(`http://localhost${path}`, { headers }));
      expect([response.status, response.headers.get("location")]).toEqual([302, location]);
    }
    expect((await get("/", { headers: { accept: "*/*" } })).status).toBe(404);
    expect((await get("/", { headers, method: "POST" })).status).toBe(400);
  });

  test("nothing but its own files runs", async () => {
    const policy = (await get("/console/")).headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy).not.toContain("unsafe");
  });

  test("named by their content, they are kept for ever; the page is not", async () => {
    expect((await get("/console/console-ABC.js")).headers.get("cache-control")).toContain("immutable");
    expect((await get("/console/")).headers.get("cache-control")).toBe("no-cache");
  });

  test("compressed for who takes it", async () => {
    const response = await get("/console/console-ABC.js", { headers: { "accept-encoding": "br, gzip" } });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(gunzipSync(await response.arrayBuffer()).toString()).toBe("run()");
  });

  test("only read", async () => {
    expect((await get("/console/", { method: "POST" })).status).toBe(405);
    const head = await get("/console/", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("where nobody built it, there is none", async () => {
    expect(readConsole(join(folder, "nowhere"))).toBeUndefined();
    const bare = createHandler(engine, { authentication: "none" });
    expect((await bare(new Request("http://localhost/console/"))).status).toBe(404);
  });
});

describe("changes", () => {
  const own = { account: "000000000000", region: "us-east-1" };
  const id = (account: string) => executionId({ ...own, account }, "machine", "run");

  test("a listener hears of its own tenant's executions, each once a burst, until the end", async () => {
    const changes = createChanges();
    const answer = changes.listen(own);
    expect(answer.headers["content-type"]).toBe("text/event-stream");
    for (const account of [own.account, own.account, "111111111111"]) changes.changed(id(account));
    const heard = await firstData(toResponse(answer));
    expect(heard).toEqual({ executions: ["arn:aws:states:us-east-1:000000000000:execution:machine:run"] });
    changes.close();
  });

  test("a key that is limited to names hears of no other", async () => {
    const changes = createChanges();
    const answer = changes.listen({ ...own, sees: (machine) => machine !== "machine" });
    changes.changed(id(own.account));
    changes.changed(executionId(own, "other", "run"));
    expect(await firstData(toResponse(answer))).toEqual({
      executions: ["arn:aws:states:us-east-1:000000000000:execution:other:run"],
    });
    changes.close();
  });

  test("who went away is forgotten, and the stream ends", async () => {
    const changes = createChanges();
    const gone = new AbortController();
    const answer = changes.listen(own, gone.signal);
    gone.abort();
    expect(await toResponse(answer).text()).toBe("retry: 1000\n\n");
    changes.close();
  });

  test("the handler listens for the caller", async () => {
    const changes = createChanges();
    const listening = createHandler(engine, { authentication: "none", changes });
    const answer = await listening(new Request("http://localhost/events"));
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    changes.close();
    await answer.text();
    expect((await get("/events")).status).toBe(404);
  });

  test("a written segment is told", async () => {
    const told: string[] = [];
    const changes = { ...createChanges(), changed: (changed: string) => void told.push(changed) };
    const world = tellingChanges(engine.world, changes);
    await world.log.append({ execution: id(own.account), branch: "", seq: 0, body: "{}" });
    expect(told).toEqual([id(own.account)]);
    changes.close();
  });
});

async function firstData(response: Response): Promise<unknown> {
  let text = "";
  for await (const part of response.body ?? []) {
    text += Buffer.from(part).toString();
    const [, data] = /^data: (.*)$/m.exec(text) ?? [];
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`no data in ${JSON.stringify(text)}`);
}
