/** Numbers and times in the language of the page, whatever that of the browser, and in the reader's own time zone. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const waits = {
  StartAt: "Wait",
  States: { Wait: { Type: "Wait", Timestamp: "2040-12-31T20:30:00Z", End: true } },
};

describe.skipIf(missingChromium)(`the console's language${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "waits", waits);
    await shop.start("waits", {}, "one");
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test.each(["ar-EG", "de-DE", "ja-JP"])("in a browser of %s", async (locale) => {
    const { page, go, complaints } = await openConsole(browser, shop.url, { locale, timezoneId: "Asia/Tokyo" });
    await go("#/executions/waits/one");
    await page.locator(".says", { hasText: "Waits until Jan 1, 2041, 05:30:00 (in " }).waitFor();
    expect(await page.locator(".facts").textContent()).toMatch(/^[\x20-\x7e]+$/);
    await go("#/machines/waits");
    await page.getByText("1 execution", { exact: true }).waitFor();
    expect(await page.locator("main").textContent()).not.toMatch(/[\u0660-\u0669\u65e5]/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
