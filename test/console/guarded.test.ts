/** A page that cannot be drawn, in a real browser: it is said, and everything else goes on. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`a page that cannot be drawn${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "passes", { StartAt: "P", States: { P: { Type: "Pass", End: true } } });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test("is said to be one; one can go elsewhere, and come back when it can be drawn again", async () => {
    const { page, go, complaints } = await openConsole(browser, shop.url);
    const broken = /\/state-machines\?/;
    await page.route(broken, async (route) => await route.fulfill({ json: { stateMachines: [{ name: "passes" }] } }));
    await go("#/machines");
    await page.getByRole("heading", { name: "This page cannot be shown" }).waitFor();
    expect(await page.getByRole("alert").textContent()).toMatch(/^TypeError: /);
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole("link", { name: "Inbox" }).click();
    await page.getByText("Nobody is waited for.").waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "This page cannot be shown" }).waitFor();
    await page.unroute(broken);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("link", { name: "passes", exact: true }).waitFor();
    expect(complaints.every((complaint) => complaint.includes("TypeError"))).toBe(true);
    await page.context().close();
  });
});
