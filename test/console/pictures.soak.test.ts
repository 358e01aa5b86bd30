/**
 * Pictures of every page, in both themes and at the width of a phone, to be looked at: `npx vitest run -c
 * vitest.soak.config.ts pictures` prints where they are. What a machine can tell of them is only that they are not empty.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { openFilledShop, pages } from "./pages.ts";
import type { Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

/** What opens over a page: the page, the button, what is there then. */
const dialogs = [
  ["#/machines/order-processing", "Start…"],
  ["#/executions/order-processing/declined", "Redrive…"],
] as const;

/** A page of one colour is a few kilobytes; one with words on it is more. */
const emptyPicture = 4_000;

describe.skipIf(missingChromium)(`pictures of the console${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-pictures-"));
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openFilledShop();
    browser = await openBrowser();
    console.log(`pictures: ${folder}`);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  async function take(page: Page, name: string): Promise<void> {
    const path = join(folder, `${name.replace(/[^\w-]+/g, "_")}.png`);
    const picture = await page.screenshot({ path, animations: "disabled" });
    expect(picture.length, path).toBeGreaterThan(emptyPicture);
  }

  test.each([
    ["light", 1360],
    ["dark", 1360],
    ["light", 390],
    ["dark", 390],
  ] as const)(
    "%s, %i pixels wide",
    async (colorScheme, width) => {
      const { page, go } = await openConsole(browser, shop.url, { colorScheme, viewport: { width, height: 900 } });
      const named = (what: string) => `${colorScheme}-${width}-${what}`;
      for (const [hash, there] of pages) {
        await go(hash);
        await page.locator(there).first().waitFor();
        await take(page, named(hash));
      }
      for (const [hash, button] of dialogs) {
        await go(hash);
        await page.getByRole("button", { name: button }).click();
        await page.getByRole("dialog").waitFor();
        await take(page, named(`${hash} ${button}`));
        await page.keyboard.press("Escape");
      }
      await go("#/inbox");
      await page.getByRole("link", { name: /VerifyEmail/ }).click();
      await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
      await take(page, named("inbox-task"));
      await page.context().close();
    },
    300_000,
  );
});
