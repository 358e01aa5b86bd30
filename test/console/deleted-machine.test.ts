/** An execution whose machine has been deleted, in a Region of its own, in a real browser: it is found all the same. */
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConsole } from "../../lib/api/console.ts";
import { createApi, createHandler } from "../../lib/api/handler.ts";
import { type Listening, serve } from "../../lib/local/server.ts";
import { memoryWorld } from "../api/memory-world.ts";
import { pass, role, wire } from "../api/requests.ts";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`an execution of a deleted machine${reason}`, () => {
  let server: Listening;
  let browser: Browser;

  beforeAll(async () => {
    const world = memoryWorld();
    const files = readConsole(join(import.meta.dirname, "../../dist/console"));
    const tenant = { account: "123456789012", region: "eu-central-1" };
    const handler = createHandler(world.engine, { authentication: "none", tenant });
    const api = createApi(world.engine, { authentication: "none", tenant, ...(files && { console: files }) });
    const stateMachineArn = "arn:aws:states:eu-central-1:123456789012:stateMachine:passes";
    await wire(handler, "CreateStateMachine", { name: "passes", definition: pass, roleArn: role });
    await wire(handler, "StartExecution", { stateMachineArn, name: "one-run" });
    await world.run(1);
    await wire(handler, "DeleteStateMachine", { stateMachineArn });
    await world.run(1);
    server = await serve(api, { port: 0, bodyLimitBytes: 1_000_000 });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close(0);
  });

  test("its page is there, and no list of machines is read for it", async () => {
    const { page } = await openConsole(browser, server.url);
    await page.goto("about:blank");
    const listed: string[] = [];
    page.on("request", (request) => {
      if (request.headers()["x-amz-target"]?.endsWith("ListStateMachines")) listed.push(request.url());
    });
    await page.goto(`${server.url}/console/#/executions/passes/one-run`);
    await page
      .locator(".headline")
      .getByText(/^Succeeded/)
      .waitFor({ timeout: 10_000 });
    expect(listed).toEqual([]);
    await page.context().close();
  });
});
