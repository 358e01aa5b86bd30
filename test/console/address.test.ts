/** The address of the page in a real browser, from the moment that the console is there. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`the console's address${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test("an address that changes before the first frame has been drawn counts", async () => {
    const { page, complaints } = await openConsole(browser, shop.url);
    // The console's script has run by then, and nothing has been drawn.
    await page.addInitScript(
      "document.addEventListener('DOMContentLoaded', () => { location.hash = '#/machines'; }, { once: true });",
    );
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Machines" }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("an execution that is not there has a page that names it and says so", async () => {
    const { page, go } = await openConsole(browser, shop.url);
    await go("#/executions/nobody/nothing");
    await page.getByRole("heading", { level: 1, name: "nothing" }).waitFor();
    await page.getByRole("alert").filter({ hasText: "Execution Does Not Exist" }).waitFor();
    await page.context().close();
  });
});
