/** The timeline's axis in a real browser: its marks stand over those of the rows, stay in sight, and say when it was. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const step = { Type: "Pass", End: true };
const each = { Type: "Map", ItemProcessor: { StartAt: "Item", States: { Item: step } } };

describe.skipIf(missingChromium)(`the timeline's axis${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "many", { StartAt: "Each", States: { Each: { ...each, End: true } } });
    const Rest = { Type: "Wait", Seconds: 86_400, End: true };
    await deploy(shop, "rests", { StartAt: "Each", States: { Each: { ...each, Next: "Rest" }, Rest } });
    const items = Array.from({ length: 60 }, (_, index) => index);
    await shop.ended(await shop.start("many", items, "done"));
    await shop.start("rests", items, "open");
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  const boxes = async (page: Page, within: string): Promise<readonly number[]> => {
    const all = await page.locator(`${within} .tick`).all();
    return await Promise.all(all.map(async (tick) => Math.round((await tick.boundingBox())?.x ?? -1)));
  };

  test.each([1280, 390])("%i pixels wide: of one that ended", async (width) => {
    const { page, complaints, go } = await openConsole(browser, shop.url, { viewport: { width, height: 800 } });
    await go("#/executions/many/done?view=timeline");
    await page.locator(".visit").first().waitFor();
    const times = page.locator(".axis .since");
    expect(await times.first().textContent()).toBe("0");
    await expect.poll(() => times.count()).toBeGreaterThan(1);
    expect(await times.last().textContent()).toMatch(/^[\d.]+ (ms|s)$/);
    expect(await times.last().getAttribute("title")).toMatch(/^\d\d:\d\d:\d\d\.\d{3}, .+ after the start$/);
    expect(await page.locator(".axis .from").textContent()).toMatch(/^since \d\d:\d\d:\d\d$/);
    expect(await page.locator(".now").count()).toBe(0);
    const top = await boxes(page, ".axis");
    expect(top.length).toBeGreaterThan(1);
    expect(await boxes(page, ".visit:first-child")).toEqual(top);
    await page.getByRole("region", { name: "Timeline" }).focus();
    await page.keyboard.press("End");
    await page.getByRole("button", { name: /59: Item/ }).waitFor();
    const [list, axis] = await Promise.all([
      page.getByRole("region", { name: "Timeline" }).boundingBox(),
      page.locator(".axis").boundingBox(),
    ]);
    expect(Math.abs((axis?.y ?? 0) - (list?.y ?? 0))).toBeLessThan(3);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(await violationsOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("of one that runs: its line ends now, in the axis and in every row", async () => {
    const { page, complaints, go } = await openConsole(browser, shop.url);
    await go("#/executions/rests/open?view=timeline");
    await page.locator(".axis").getByText("now").waitFor();
    const right = async (selector: string): Promise<number> => {
      const box = await page.locator(selector).first().boundingBox();
      return Math.round((box?.x ?? 0) + (box?.width ?? 0));
    };
    expect(await right(".visit .now")).toBe(await right(".axis .now"));
    expect(await right(".axis .now")).toBe(await right(".axis .track"));
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
