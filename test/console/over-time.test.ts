/** Executions over time in a real browser: the bars count what ran, say so in words, and lead to the list of it. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const judged = {
  StartAt: "Which",
  States: {
    Which: { Type: "Choice", Choices: [{ Variable: "$.no", IsPresent: true, Next: "No" }], Default: "Yes" },
    Yes: { Type: "Succeed" },
    No: { Type: "Fail", Error: "No" },
  },
};

describe.skipIf(missingChromium)(`executions over time${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "judged", judged);
    for (const input of [{}, {}, { no: 1 }]) await shop.ended(await shop.start("judged", input));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test("a bar says what it counts and leads to the list of it, by keyboard too", async () => {
    const { page, complaints, go } = await openConsole(browser, shop.url);
    await go("#/machines/judged");
    const chart = page.getByRole("region", { name: "Executions over time" });
    await chart.getByRole("heading", { name: "Started in the last day" }).waitFor();
    await chart.getByRole("link", { name: "hour", exact: true }).click();
    await chart.getByRole("heading", { name: "Started in the last hour" }).waitFor();
    await chart.getByText("3 executions").waitFor();
    expect(await chart.locator(".legend").textContent()).toMatch(/✔ 2 succeeded.*✖ 1 failed/);
    // Where the clock came to another five minutes meanwhile, there are two of them.
    const bar = chart.locator(".bars a").first();
    const words = (await bar.textContent()) ?? "";
    expect(words).toMatch(/^\d\d:\d\d to \d\d:\d\d: \d (succeeded|failed)/);
    const counted = [...words.matchAll(/(\d+) (?:succeeded|failed)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    await bar.focus();
    await page.keyboard.press("Enter");
    await page.getByText(/^Only those that started between /).waitFor();
    await page.getByText(`${counted} shown.`).waitFor();
    await page.getByLabel("Status").selectOption("TIMED_OUT");
    await page.getByText("No execution matches.").waitFor();
    await page.getByText(/^Only those that started between /).waitFor();
    await page.getByLabel("Status").selectOption("");
    await page.getByRole("link", { name: "Show those of any time" }).click();
    await page.getByText("3 shown.").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each([
    ["light", 1280],
    ["dark", 390],
  ] as const)(
    "%s, %i pixels wide: what was not read is hatched, and it is said how far back it goes",
    async (colorScheme, width) => {
      const { page, complaints, go } = await openConsole(browser, shop.url, {
        colorScheme,
        viewport: { width, height: 844 },
      });
      await page.route(/\/counts\?/, async (route) => {
        const asked = new URL(route.request().url()).searchParams;
        const [from, until] = ["from", "until"].map((name) => Date.parse(asked.get(name) ?? "")) as [number, number];
        const number = Number(asked.get("parts"));
        const at = (index: number): string => new Date(from + ((until - from) * index) / number).toISOString();
        const parts = Array.from({ length: number }, (_, index) => ({
          from: at(index),
          until: at(index + 1),
          counts: index < 4 ? {} : { SUCCEEDED: 200, FAILED: 9, TIMED_OUT: 8, ABORTED: 7, RUNNING: 6 },
        }));
        await route.fulfill({ json: { read: 5_000, complete: false, since: at(4.5), parts } });
      });
      await go("#/machines/judged?period=week");
      await page.getByText(/^The newest 5,000 were read; they go back to /).waitFor();
      await page.getByText("at least 5,000 executions").waitFor();
      expect(await page.locator(".bars .unread").count()).toBe(5);
      const first = page.locator(".bars a").first();
      expect(await first.textContent()).toMatch(
        /: 200 succeeded, 6 running, 7 stopped, 8 timed out, 9 failed, the rest not read$/,
      );
      const looks = await page.evaluate(
        "[...document.querySelector('.bars .stack').children].map((each) => { const look = getComputedStyle(each); return look.backgroundImage.replace(/(rgb|color|oklab|oklch)a?\\([^)]*\\)/g, '') + look.borderTopStyle; })",
      );
      expect(new Set(looks as string[]).size, "each end has a pattern of its own, whatever its colour").toBe(5);
      await page.getByRole("button", { name: "Count again" }).waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(await violationsOn(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});
