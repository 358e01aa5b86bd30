/** Names without a break, and causes as long as they may be: nothing is pushed out of the page or far down. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const [machine, name, state] = ["m", "n", "s"].map((letter) => letter.repeat(80)) as [string, string, string];
const cause = "because ".repeat(3_840); // 30 kB
const fails = { StartAt: state, States: { [state]: { Type: "Fail", Error: "e".repeat(200), CausePath: "$.cause" } } };

describe.skipIf(missingChromium)(`long words in the console${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, machine, fails);
    await shop.ended(await shop.start(machine, { cause }, name));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test.each([
    ["#/executions", ".execution"],
    [`#/executions/${machine}/${name}/${state}`, ".canvas svg"],
    [`#/executions/${machine}/${name}?view=timeline`, ".visit"],
    [`#/executions/${machine}/${name}?view=events`, ".event"],
    ["#/machines", "table.list"],
    [`#/machines/${machine}`, "table.grid"],
  ])("on a telephone nothing stands out of the page: %s", async (hash, there) => {
    const { page, go } = await openConsole(browser, shop.url, { viewport: { width: 390, height: 844 } });
    await go(hash);
    await page.locator(there).first().waitFor();
    expect(await inPage(page, "document.documentElement.scrollWidth")).toBe(390);
    await page.context().close();
  });

  test("a long cause is shown as far as it says something, and whole when asked for", async () => {
    const { page, go } = await openConsole(browser, shop.url);
    await go(`#/executions/${machine}/${name}/${state}`);
    const failure = page.getByRole("region", { name: `State ${state}` }).locator(".failure");
    await failure.waitFor();
    expect((await failure.boundingBox())?.height).toBeLessThan(600);
    await failure.getByRole("button", { name: "show all 30 kB" }).click();
    await expect.poll(async () => (await failure.textContent())?.length).toBeGreaterThan(cause.length);
    await page.context().close();
  });

  test("the filters of the list stay on one line", async () => {
    const { page, go } = await openConsole(browser, shop.url);
    await go("#/executions");
    const machines = page.getByRole("combobox", { name: "Machine" });
    await machines.locator("option", { hasText: "mmm" }).waitFor({ state: "attached" });
    const search = page.getByRole("searchbox", { name: "Search" });
    expect(Math.abs(((await machines.boundingBox())?.y ?? 0) - ((await search.boundingBox())?.y ?? 99))).toBeLessThan(
      9,
    );
    await page.context().close();
  });
});

async function inPage(page: Page, script: string): Promise<unknown> {
  return await page.evaluate(script);
}
