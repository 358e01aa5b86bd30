/** Behind keys: the page asks for one, signs with it, and offers what its role may do. */
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createVerifier } from "../../lib/api/authentication.ts";
import { readConsole } from "../../lib/api/console.ts";
import { createHandler } from "../../lib/api/handler.ts";
import type { AccessKey } from "../../lib/engine/ports.ts";
import { type Listening, serve } from "../../lib/local/server.ts";
import { memoryWorld } from "../api/memory-world.ts";
import { pass, role, wire } from "../api/requests.ts";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`the console behind keys${reason}`, () => {
  const keys: readonly AccessKey[] = [
    { accessKeyId: "READER", secretAccessKey: "reads/+=", role: "read" },
    { accessKeyId: "OPERATOR", secretAccessKey: "operates", role: "operate" },
  ];
  let server: Listening;
  let browser: Browser;

  beforeAll(async () => {
    const world = memoryWorld();
    const open = createHandler(world.engine, { authentication: "none" });
    await wire(open, "CreateStateMachine", { name: "passes", definition: pass, roleArn: role });
    const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:passes";
    await wire(open, "StartExecution", { stateMachineArn, name: "one-run" });
    const verify = createVerifier({ keyOf: async (id) => keys.find(({ accessKeyId }) => accessKeyId === id) });
    const files = readConsole(join(import.meta.dirname, "../../dist/console"));
    const handler = createHandler(world.engine, {
      // The world's clock stands still, the browser's does not.
      authentication: async (request) => await verify(request, Date.now()),
      ...(files && { console: files }),
    });
    server = await serve(handler, { port: 0, bodyLimitBytes: 1_000_000 });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close(0);
  });

  test.each([
    ["READER", "reads/+=", 0],
    ["OPERATOR", "operates", 2],
  ])("%s", async (id, secret, acts) => {
    const { page } = await openConsole(browser, server.url);
    await page.getByRole("heading", { name: "Access key" }).waitFor();
    await page.getByLabel("Access key id").fill(id);
    await page.getByLabel("Secret access key").fill("wrong");
    await page.getByRole("button", { name: "Use this key" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Secret access key").fill(secret);
    await page.getByRole("button", { name: "Use this key" }).click();
    await page.getByRole("link", { name: "one-run" }).waitFor();
    await expect.poll(() => page.locator(".many button").count()).toBe(acts);
    expect(await page.evaluate("JSON.parse(sessionStorage.getItem('baton.key')).accessKeyId")).toBe(id);
    await page.context().close();
  });
});
