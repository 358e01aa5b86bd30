/**
 * What people do with the console, in a real browser: start an order and watch it turn green, find a failed one by
 * its number and understand it from the first lines.
 */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missingChromium, type Opened, openBrowser, openConsole } from "./browser.ts";
import { deployExample, functionsOf, inputOf, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`the console in a browser${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;

  beforeAll(async () => {
    shop = await openShop({ functionFolders: functionsOf("order-processing") });
    await deployExample(shop, "order-processing");
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });
  beforeEach(async () => {
    opened = await openConsole(browser, shop.url);
  });
  afterEach(async () => {
    expect(opened.complaints.filter((text) => !/status of 404/.test(text))).toEqual([]);
    await opened.page.context().close();
  });

  test("an order is started from the page, and the graph turns green state by state", async () => {
    const { page } = opened;
    await page.getByRole("link", { name: "Machines" }).click();
    await page.getByRole("link", { name: "order-processing", exact: true }).click();
    await page.getByRole("button", { name: "Start…" }).click();
    const editor = page.getByRole("dialog").getByRole("textbox", { name: "Input" });
    await editor.fill(JSON.stringify(inputOf("order-processing", "good-order")));
    await expect
      .poll(() => page.getByRole("dialog").locator("code").last().textContent())
      .toMatch(/^baton start order-processing --input '\{"id":/);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText(/^Succeeded in .*, through \d+ states/).waitFor();
    await expect.poll(() => page.locator(".node.good").count()).toBe(10);
    expect(await page.locator(".node.bad, .node.running").count()).toBe(0);
  });

  test("a failed order is found by its number and understood from the first lines", async () => {
    const { page } = opened;
    await shop.ended(await shop.start("order-processing", inputOf("order-processing", "good-order")));
    await shop.ended(await shop.start("order-processing", inputOf("order-processing", "declined-card"), "declined"));
    await page.getByRole("searchbox", { name: "Search" }).fill("id=ord-1002");
    await page.getByText("1 shown.").waitFor();
    await page.getByRole("link", { name: "declined" }).click();
    await page.getByText("Failed in state OrderFailed: CardDeclined.").waitFor();
    const headline = await page.locator(".headline").textContent();
    expect(headline).toContain("the bank declined: insufficient funds");
    expect(headline).toContain(
      "It began in ChargeCard: that failed with CardDeclined, was caught, and led to OrderFailed.",
    );
    await page.getByRole("link", { name: "Look at ChargeCard" }).click();
    await page.getByRole("region", { name: "State ChargeCard" }).getByText("CardDeclined").first().waitFor();
    expect(page.url()).toContain("/executions/order-processing/declined/ChargeCard");
  });
});
