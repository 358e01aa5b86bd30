/** Finding one machine among many, in a real browser: by name, tag and type, while one types, and by the address. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missingChromium, type Opened, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { deploy, openShop, type Shop, tag } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const pass = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
const many = 230;

describe.skipIf(missingChromium)(`the machines page${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;
  const asked: string[] = [];

  beforeAll(async () => {
    shop = await openShop();
    const names = Array.from({ length: many }, (_, index) => `job-${String(index).padStart(3, "0")}`);
    await Promise.all(names.map((name) => deploy(shop, name, pass)));
    await tag(shop, "job-007", { team: "payments", stage: "test" });
    await tag(shop, "job-222", { team: "payments", stage: "live" });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });
  beforeEach(async () => {
    opened = await openConsole(browser, shop.url);
    asked.length = 0;
    opened.page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname === "/state-machines") asked.push(request.url());
    });
  });
  afterEach(async () => {
    expect(opened.complaints).toEqual([]);
    await opened.page.context().close();
  });

  const names = (): Promise<readonly string[]> => opened.page.locator("table.machines tbody th > a").allTextContents();

  test("of many a page is shown, and the next when it is asked for", async () => {
    const { page } = opened;
    await opened.go("#/machines");
    await page.getByText("100 shown.").waitFor();
    expect(asked).toHaveLength(1);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("200 shown.").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("230 shown.").waitFor();
    expect(await page.getByRole("button", { name: "Show more" }).count()).toBe(0);
    expect(new Set(await names()).size).toBe(many);
  });

  test("found while one types, by name and by tag, with one more request in all; the address keeps it", async () => {
    const { page } = opened;
    await opened.go("#/machines");
    await page.getByText("100 shown.").waitFor();
    const field = page.getByRole("searchbox", { name: "Search" });
    await field.pressSequentially("22");
    await page.getByText("12 of 230 match.").waitFor();
    await field.pressSequentially("2 team=pay");
    await expect.poll(names).toEqual(["job-222"]);
    expect(asked.filter((url) => url.includes("nextToken"))).toHaveLength(1);
    await page.waitForURL(/#\/machines\?q=222\+team%3Dpay$/);
    await page.reload();
    await expect.poll(names).toEqual(["job-222"]);
    expect(await field.inputValue()).toBe("222 team=pay");
    await field.fill("type=express");
    await page.getByText("No machine matches.").waitFor();
  });

  test("a tag leads to all machines that have it", async () => {
    const { page } = opened;
    await opened.go("#/machines?q=job-007");
    await page.getByRole("link", { name: "team=payments" }).click();
    await expect.poll(names).toEqual(["job-007", "job-222"]);
    expect(await page.getByRole("searchbox", { name: "Search" }).inputValue()).toBe("team=payments");
    expect(await violationsOn(page)).toEqual([]);
  });
});
