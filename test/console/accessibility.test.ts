/** axe-core over every page of the console, in both themes and at the width of a phone: no violation. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { deployExample, functionsOf, inputOf, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

/** The address, and what is there once the page is complete. */
const pages: readonly (readonly [hash: string, there: string])[] = [
  ["#/executions", ".execution"],
  ["#/executions?q=nothing", ".empty"],
  ["#/machines", "table.list"],
  ["#/machines/order-processing", "table.grid"],
  ["#/machines/order-processing?view=definition", ".code-place:not([hidden])"],
  ["#/machines/order-processing?view=versions", "h2"],
  ["#/executions/order-processing/declined", ".canvas svg"],
  ["#/executions/order-processing/declined/ChargeCard", "[aria-label='State ChargeCard']"],
  ["#/executions/order-processing/shipped/PackItems", ".squares"],
  ["#/executions/order-processing/declined?view=timeline", ".visit"],
  ["#/executions/order-processing/declined?view=events", ".event"],
  ["#/executions/order-processing/declined?view=input %26 output", ".payload"],
  ["#/inbox", ".tasks"],
  ["#/key", "input[type=password]"],
  ["#/nowhere", "h1"],
];

describe.skipIf(missingChromium)(`accessibility${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop({ functionFolders: functionsOf("order-processing", "user-onboarding") });
    for (const example of ["order-processing", "user-onboarding"]) await deployExample(shop, example);
    await shop.start("user-onboarding", inputOf("user-onboarding", "clicks-at-once"), "mira");
    await shop.ended(await shop.start("order-processing", inputOf("order-processing", "declined-card"), "declined"));
    await shop.ended(await shop.start("order-processing", inputOf("order-processing", "good-order"), "shipped"));
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
      expect(found).toEqual([]);
      await opened.page.context().close();
    },
    180_000,
  );
});
