/** A list beyond its newest page, in a real browser: a request that fails is told and tried again; what ends is shown so. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const many = 110;

describe.skipIf(missingChromium)(`more executions than a page${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "resting", { StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: 86_400, End: true } } });
    for (let number = 0; number < many; number++) await shop.start("resting", {}, `run-${number}`);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test("where the next page cannot be read that is said, and the button tries again", async () => {
    const { page, go } = await openConsole(browser, shop.url);
    await go("#/executions?machine=resting");
    await page.getByText("100 shown.").waitFor();
    const answer = { status: 500, contentType: "application/json", body: '{"title":"Broken","detail":"no page"}' };
    await page.route(/nextToken=/, async (route) => await route.fulfill(answer));
    const more = page.getByRole("button", { name: "Show more" });
    await more.click();
    await page.getByRole("alert").getByText("no page").waitFor({ timeout: 5_000 });
    await page.unroute(/nextToken=/);
    await more.click();
    await page.getByText(`${many} shown.`).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.context().close();
  });

  test("who comes back from an execution finds the list as it was; who looks anew begins at its top", async () => {
    const { page, go } = await openConsole(browser, shop.url);
    await go("#/executions?machine=resting");
    await page.getByText("100 shown.").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText(`${many} shown.`).waitFor();
    await page.getByRole("region", { name: "Executions" }).focus();
    await page.keyboard.press("End");
    const oldest = page.getByRole("link", { name: "run-0", exact: true });
    await oldest.waitFor();
    await expect.poll(() => page.evaluate("history.state?.places?.Executions")).toBeGreaterThan(0);
    await oldest.click();
    await page.getByRole("heading", { level: 1, name: "run-0" }).waitFor();
    await page.goBack();
    await page.getByText(`${many} shown.`).waitFor();
    await oldest.waitFor({ timeout: 5_000 });
    await oldest.click();
    await page.getByRole("link", { name: "resting", exact: true }).click();
    await page.getByRole("link", { name: "All executions" }).click();
    await page.getByText("100 shown.").waitFor();
    await page.getByRole("link", { name: `run-${many - 1}`, exact: true }).waitFor();
    await page.context().close();
  });

  test.each([
    ["#/executions?machine=resting", "run-0", "Stopped"],
    ["#/executions?machine=resting&status=RUNNING", "run-1", undefined],
  ])("%s: what ends behind the newest page is shown so", async (hash, name, becomes) => {
    const { page, go } = await openConsole(browser, shop.url);
    await go(hash);
    await page.getByText("100 shown.").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByRole("button", { name: "Show more" }).waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Executions" }).focus();
    await page.keyboard.press("End");
    const row = page.locator(".execution").filter({ has: page.getByRole("link", { name, exact: true }) });
    await row.getByText("Running").waitFor();
    await shop.client.call("StopExecution", {
      executionArn: `arn:aws:states:us-east-1:000000000000:execution:resting:${name}`,
    });
    if (becomes === undefined) await row.waitFor({ state: "detached", timeout: 20_000 });
    else await row.getByText(becomes).waitFor({ timeout: 20_000 });
    await page.context().close();
  });
});
