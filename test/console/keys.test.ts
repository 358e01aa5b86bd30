/** Behind keys: the page asks for one, signs with it, and offers what its role may do. */
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createVerifier } from "../../lib/api/authentication.ts";
import { readConsole } from "../../lib/api/console.ts";
import { createApi, createHandler } from "../../lib/api/handler.ts";
import type { AccessKey } from "../../lib/engine/ports.ts";
import { type Listening, serve } from "../../lib/local/server.ts";
import { memoryWorld } from "../api/memory-world.ts";
import { callback, pass, role, wire } from "../api/requests.ts";
import { actsOn, missingChromium, openBrowser, openConsole, signIn } from "./browser.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`the console behind keys${reason}`, () => {
  const keys: readonly AccessKey[] = [
    { accessKeyId: "READER", secretAccessKey: "reads/+=", role: "read" },
    { accessKeyId: "STARTER", secretAccessKey: "starts", role: "start" },
    { accessKeyId: "OPERATOR", secretAccessKey: "operates", role: "operate" },
    { accessKeyId: "ADMIN", secretAccessKey: "everything", role: "admin" },
  ];
  let server: Listening;
  let browser: Browser;

  beforeAll(async () => {
    const world = memoryWorld();
    const open = createHandler(world.engine, { authentication: "none" });
    await wire(open, "CreateStateMachine", { name: "passes", definition: pass, roleArn: role });
    const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:passes";
    await wire(open, "StartExecution", { stateMachineArn, name: "one-run" });
    await wire(open, "CreateStateMachine", { name: "asks", definition: callback, roleArn: role });
    await wire(open, "StartExecution", { stateMachineArn: stateMachineArn.replace("passes", "asks"), name: "one-run" });
    const verify = createVerifier({ keyOf: async (id) => keys.find(({ accessKeyId }) => accessKeyId === id) });
    const files = readConsole(join(import.meta.dirname, "../../dist/console"));
    const handler = createApi(world.engine, {
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

  const pages: readonly (readonly [hash: string, there: string])[] = [
    ["#/executions", ".execution"],
    ["#/executions/passes/one-run", ".headline"],
    ["#/executions/asks/one-run/Ask", ".headline"],
    ["#/machines/passes", "table.grid"],
    ["#/machines/passes?view=definition", ".editor"],
    ["#/inbox", "h1"],
    ["#/machines", "table.machines"],
    ["#/create-machine", ".empty, .editor"],
  ];

  test.each<[id: string, secret: string, acts: readonly (readonly string[])[]]>([
    ["READER", "reads/+=", [[], [], [], [], [], [], [], []]],
    ["STARTER", "starts", [[], ["Start again…"], ["Start again…"], ["Start…"], ["Start…"], [], [], []]],
    [
      "OPERATOR",
      "operates",
      [
        ["Stop…", "Redrive…", "choose", "choose"],
        ["Stop…", "Start again…"],
        ["Stop…", "Start again…"],
        ["Start…"],
        ["Start…"],
        [],
        [],
        [],
      ],
    ],
    [
      "ADMIN",
      "everything",
      [
        ["Stop…", "Redrive…", "choose", "choose"],
        ["Stop…", "Start again…"],
        ["Stop…", "Start again…"],
        ["Start…"],
        ["Start…"],
        [],
        ["Create…"],
        ["Create"],
      ],
    ],
  ])("%s is offered what its role may do", async (id, secret, acts) => {
    const { page, go } = await openConsole(browser, server.url);
    await page.getByRole("heading", { name: "Access key" }).waitFor();
    await signIn(page, id, "wrong");
    await page.getByRole("alert").waitFor();
    await signIn(page, id, secret);
    await page.getByRole("link", { name: "one-run" }).first().waitFor();
    for (const [index, [hash, there]] of pages.entries()) {
      await go(hash);
      await page.locator(there).first().waitFor();
      await expect.poll(() => actsOn(page), { message: hash }).toEqual(acts[index]);
    }
    expect(await page.evaluate("JSON.parse(sessionStorage.getItem('baton.key')).accessKeyId")).toBe(id);
    await page.context().close();
  });

  test("what was begun goes with the key", async () => {
    const { page, go } = await openConsole(browser, server.url);
    await signIn(page, "ADMIN", "everything");
    await page.getByRole("link", { name: "one-run" }).first().waitFor();
    const name = page.getByRole("textbox", { name: "Name" });
    await go("#/create-machine");
    await name.fill("begun");
    await page.getByRole("link", { name: "key: admin" }).click();
    await go("#/create-machine");
    await page.getByText("This is what you had begun.").waitFor();
    await page.getByRole("link", { name: "key: admin" }).click();
    await page.getByRole("button", { name: "Forget the key" }).click();
    await signIn(page, "ADMIN", "everything");
    await go("#/create-machine");
    await name.waitFor();
    expect(await name.inputValue()).toBe("");
    await page.context().close();
  });

  test("what a key may do is asked again where that could not be answered", async () => {
    const { page } = await openConsole(browser, server.url);
    let asked = 0;
    await page.route(`${server.url}/caller`, async (route) => {
      if (route.request().headers()["authorization"] === undefined) return await route.continue();
      asked += 1;
      if (asked === 1) await route.fulfill({ status: 500, contentType: "application/json", body: "{}" });
      else if (asked === 2) await route.abort();
      else await route.continue();
    });
    await signIn(page, "OPERATOR", "operates");
    await page.getByRole("button", { name: "Stop…" }).waitFor({ timeout: 30_000 });
    expect(asked).toBe(3);
    await page.context().close();
  });
});
