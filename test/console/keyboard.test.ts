/** The console without a mouse, in a real browser. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missingChromium, type Opened, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const waits = { StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 86_400, End: true } } };

describe.skipIf(missingChromium)(`the console by keyboard${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;

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
  beforeEach(async () => {
    opened = await openConsole(browser, shop.url);
  });
  afterEach(async () => {
    expect(opened.complaints).toEqual([]);
    await opened.page.context().close();
  });

  test("an execution is started: Escape leads out of the editor, and only then out of the dialog", async () => {
    const { page, go } = opened;
    await go("#/machines/waits");
    await page.getByRole("button", { name: "Start…" }).focus();
    await page.keyboard.press("Enter");
    await page.locator(".code-place:not([hidden])").waitFor();
    await expect.poll(() => focused(page)).toBe("Input");
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Input");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await page.keyboard.type("typed");
    expect(await page.getByRole("textbox", { name: "Name (optional)" }).inputValue()).toBe("typed");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "typed" }).waitFor();
  });

  test("the second Escape closes the dialog, and the focus is where it was", async () => {
    const { page, go } = opened;
    await go("#/executions/waits/one");
    const again = page.getByRole("button", { name: "Start again…" });
    await again.focus();
    await page.keyboard.press("Enter");
    await page.locator(".code-place:not([hidden])").waitFor();
    await expect.poll(() => focused(page)).toBe("Input");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("Start again…");
  });

  test("a dialog that is cancelled gives the focus back", async () => {
    const { page, go } = opened;
    await go("#/executions/waits/one");
    await page.getByRole("button", { name: "Stop…" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Cancel" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("Stop…");
  });
});

/** What has the focus, by its name or its words. */
async function focused(page: Page): Promise<string> {
  const script = `(() => {
    const at = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    return at === document.body ? "nothing" : (at.getAttribute("aria-label") ?? at.textContent).trim();
  })()`;
  return (await page.evaluate(script)) as string; // as it is written there
}
