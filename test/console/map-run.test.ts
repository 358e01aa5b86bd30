/** A Distributed Map that really runs, in a real browser: its counts, what it tolerates, and the way into a child and back. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, type Opened, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const Choices = [{ Variable: "$.bad", BooleanEquals: true, Next: "Spoiled" }];
const definition = {
  StartAt: "Sort",
  States: {
    Sort: {
      Type: "Map",
      Label: "Fruit",
      MaxConcurrency: 20,
      ToleratedFailureCount: 3,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Look",
        States: {
          Look: { Type: "Choice", Choices, Default: "Good" },
          Good: { Type: "Succeed" },
          Spoiled: { Type: "Fail", Error: "Spoiled", Cause: "a worm is in it" },
        },
      },
      End: true,
    },
  },
};

describe.skipIf(missingChromium)(`a Distributed Map in the console${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "fruit", definition);
    const items = Array.from({ length: 60 }, (_, number) => ({ number, bad: number % 25 === 7 }));
    await shop.ended(await shop.start("fruit", items, "crate"));
    browser = await openBrowser();
    opened = await openConsole(browser, shop.url);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  test("how far it is, what it tolerates, and into each child and back", async () => {
    const { page, go, complaints } = opened;
    await go("#/executions/fruit/crate");
    await page.locator(".canvas svg").waitFor();
    await page
      .locator(".canvas .level")
      .first()
      .click({ position: { x: 3, y: 3 }, force: true }); // between what is in it
    await page.getByText("57 of 60 items · 3 failed").first().waitFor();
    const cost = "60 children of its Map Runs are counted in, estimated from the histories of 11 of them.";
    await page.locator(".headline").getByText(cost).waitFor();
    const items = page.getByRole("region", { name: "Items" });
    await items.getByText("57 succeeded, 3 failed of 60 items").waitFor();
    await items.getByText("It tolerates 3 failed items; so far 3 (5 %) failed. At most 20 run at once.").waitFor();
    expect(await items.getByRole("listitem").count()).toBe(50);
    await items.getByRole("button", { name: "Show 50 more children" }).click();
    await expect.poll(() => items.getByRole("listitem").count()).toBe(60);
    expect(await violationsOn(page)).toEqual([]);
    await items.getByLabel("Children").selectOption("FAILED");
    await expect.poll(() => items.getByRole("listitem").count()).toBe(3);
    await items.getByRole("listitem").first().getByRole("link").click();
    await page.getByText("Failed in state Spoiled: Spoiled.").waitFor();
    await page.getByText("Nothing more happens by itself. It is redriven with its Map Run.").waitFor();
    expect(await page.getByRole("button", { name: "Start again…" }).count()).toBe(0);
    await page.getByRole("link", { name: "fruit / crate" }).click();
    await page.getByRole("heading", { name: "crate" }).waitFor();
    await page.getByText(/^Succeeded in /).waitFor();
    await page.locator(".canvas .node .name", { hasText: "Good" }).click();
    await page
      .getByText("Good runs in the executions that Sort starts, of which each has a page of its own.")
      .waitFor();
    await page.getByRole("link", { name: "Look at Sort" }).click();
    await page.getByRole("region", { name: "State Sort" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("of Express children there are the counts, and it is said that none is kept", async () => {
    const { page, go, complaints } = opened;
    const { Sort } = definition.States;
    const express = { ...Sort.ItemProcessor, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" } };
    await deploy(shop, "berries", { StartAt: "Sort", States: { Sort: { ...Sort, ItemProcessor: express } } });
    await shop.ended(await shop.start("berries", [{ bad: false }, { bad: true }, { bad: false }], "bowl"));
    await go("#/executions/berries/bowl/Sort");
    const items = page.getByRole("region", { name: "Items" });
    await items.getByText("2 succeeded, 1 failed of 3 items").waitFor();
    await items.getByText("They were Express executions, of which none is kept").waitFor();
    expect(await items.getByRole("listitem").count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
