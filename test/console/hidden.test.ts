/** A page that nobody sees, in a real browser, of an API that cannot tell of changes: it asks for nothing until one comes back. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`a console that nobody looks at${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "resting", { StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: 86_400, End: true } } });
    await shop.start("resting", {}, "one");
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test.each([
    ["#/executions", "two"],
    ["#/executions/resting/one", "Stopped"],
  ])("%s asks for nothing while it is hidden, and at once when one comes back", async (hash, news) => {
    const { page } = await openConsole(browser, shop.url);
    await page.goto("about:blank");
    await page.clock.install();
    await page.route(`${shop.url}/events`, async (route) => await route.fulfill({ status: 404, body: "{}" }));
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const show = async (hidden: boolean): Promise<void> =>
      await page.evaluate(`
        Object.defineProperty(document, "hidden", { configurable: true, value: ${hidden} });
        document.dispatchEvent(new Event("visibilitychange"));`);
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) await page.clock.runFor(1_000);
    };
    await page.goto(`${shop.url}/console/${hash}`);
    await page.locator(".execution, .headline").first().waitFor();
    /** What was under way before may take some of it. */
    const askedIn = async (seconds: number): Promise<number> => {
      asked.length = 0;
      await pass(seconds);
      return asked.length;
    };
    await expect.poll(() => askedIn(5)).toBeGreaterThan(0);
    await show(true);
    await expect.poll(() => askedIn(40)).toBe(0);
    if (news === "two") await shop.start("resting", {}, news);
    else
      await shop.client.call("StopExecution", {
        executionArn: "arn:aws:states:us-east-1:000000000000:execution:resting:one",
      });
    await show(false);
    await page.getByText(news, { exact: true }).first().waitFor();
    await expect.poll(() => askedIn(5)).toBeGreaterThan(0);
    await page.context().close();
  });
});
