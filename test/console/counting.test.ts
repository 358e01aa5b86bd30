/** All that match are counted before an act; where that fails it is said, and can be tried again. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, type Opened, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`counting in the console${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "sleeper", { StartAt: "Sleep", States: { Sleep: { Type: "Wait", Seconds: 3_600, End: true } } });
    await shop.start("sleeper", {}, "one");
    browser = await openBrowser();
    opened = await openConsole(browser, shop.url);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test("a count that fails is told, and the button tries again", async () => {
    const { page, go } = opened;
    await go("#/executions");
    const stop = page.getByRole("button", { name: "Stop…" });
    await stop.waitFor();
    const answer = { status: 500, contentType: "application/json", body: '{"title":"Broken","detail":"no count"}' };
    await page.route(/maxResults=1000/, async (route) => await route.fulfill(answer));
    await stop.click();
    await page.locator(".many").getByText("no count").waitFor({ timeout: 5_000 });
    expect(await stop.isEnabled()).toBe(true);
    await page.unroute(/maxResults=1000/);
    await stop.click();
    await page.getByRole("heading", { name: "Stop 1 execution" }).waitFor();
    expect(await page.locator(".many .failure").count()).toBe(0);
  });
});
