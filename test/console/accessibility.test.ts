/** axe-core over every page of the console, in both themes and at the width of a phone: no violation. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { openFilledShop, pages } from "./pages.ts";
import type { Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`accessibility${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openFilledShop();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test.each([
    ["light", 1360],
    ["dark", 1360],
    ["light", 390],
    ["dark", 390],
  ] as const)(
    "%s, %i pixels wide: no violation on any page",
    async (colorScheme, width) => {
      const opened = await openConsole(browser, shop.url, { colorScheme, viewport: { width, height: 900 } });
      const found: string[] = [];
      for (const [hash, there] of pages) {
        await opened.go(hash);
        await opened.page.locator(there).first().waitFor();
        found.push(...(await violationsOn(opened.page)).map((violation) => `${hash} ${violation}`));
        expect(await opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `${hash} fits`).toBe(
          true,
        );
      }
      await opened.go("#/machines/order-processing");
      await opened.page.getByRole("button", { name: "Start…" }).click();
      await opened.page.getByLabel("Inputs of the latest runs").waitFor();
      found.push(...(await violationsOn(opened.page)).map((violation) => `Start… ${violation}`));
      const dialog = opened.page.getByRole("dialog");
      expect(await dialog.evaluate((element) => element.scrollWidth <= element.clientWidth), "Start… fits").toBe(true);
      expect(found).toEqual([]);
      await opened.page.context().close();
    },
    180_000,
  );
});
