/** A machine made in the page, in a real browser: from an example or by typing, and what is refused is said where it belongs. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missingChromium, type Opened, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`a machine made in the page${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;

  beforeAll(async () => {
    shop = await openShop();
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
    // What the API refuses the browser tells as an error of its own.
    expect(opened.complaints.filter((text) => !/status of (400|409)/.test(text))).toEqual([]);
    await opened.page.context().close();
  });

  const described = async (name: string): Promise<Readonly<Record<string, string>>> =>
    await shop.client.call("DescribeStateMachine", {
      stateMachineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`,
    });
  const create = () => opened.page.getByRole("button", { name: "Create", exact: true });
  const field = (name: string) => opened.page.getByRole("textbox", { name });

  test("from an example, by keyboard, with the line for a terminal that does the same", async () => {
    const { page } = opened;
    await opened.go("#/machines");
    await page.getByRole("link", { name: "Create…" }).focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("Begin from").selectOption("a Map over a list");
    await page.locator(".canvas .node", { hasText: "EachLine" }).first().waitFor();
    await page.getByText("No problems.").waitFor();
    await page.getByLabel("Type").selectOption("EXPRESS");
    await field("Role ARN").fill("arn:aws:iam::000000000000:role/packer");
    await field("Name").fill("pack-orders");
    expect(await page.locator(".command code").textContent()).toBe(
      "baton deploy pack-orders.asl.json --type EXPRESS --role arn:aws:iam::000000000000:role/packer",
    );
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "pack-orders" }).waitFor();
    const made = await described("pack-orders");
    expect(made).toMatchObject({ type: "EXPRESS", roleArn: "arn:aws:iam::000000000000:role/packer" });
    expect(JSON.parse(made["definition"] ?? "").StartAt).toBe("EachLine");
  });

  test("what is refused is said at the field, which has the focus then", async () => {
    const { page } = opened;
    const definition = JSON.stringify({ StartAt: "P", States: { P: { Type: "Pass", End: true } } });
    const roleArn = "arn:aws:iam::000000000000:role/test";
    await shop.client.call("CreateStateMachine", { name: "taken", roleArn, definition });
    await opened.go("#/create-machine");
    await page.getByText("No problems.").waitFor();
    const focused = (): Promise<unknown> => page.evaluate("document.activeElement?.name");
    for (const [name, role, at, says] of [
      ["", "", "name", "A machine needs a name."],
      ["not a name", "", "name", "Invalid Name: 'not a name'"],
      ["taken", "", "name", /State Machine Already Exists/],
      ["free", "nobody", "roleArn", "Invalid Role Arn: 'nobody'"],
    ] as const) {
      await field("Name").fill(name);
      await field("Role ARN").fill(role);
      await create().click();
      await page.getByRole("alert").getByText(says).waitFor();
      expect(await page.getByRole("alert").count()).toBe(1);
      expect(await focused()).toBe(at);
      expect(await page.locator("[aria-invalid=true]").getAttribute("name")).toBe(at);
    }
    expect(await violationsOn(page)).toEqual([]);
  });

  test("typed on a phone: problems are told, and what was written stays when one looks at an example", async () => {
    const { page } = opened;
    await page.setViewportSize({ width: 390, height: 844 });
    await opened.go("#/create-machine");
    await page.getByLabel("Begin from").selectOption("empty");
    await page.getByText(/problems?$/).waitFor();
    expect(await create().isDisabled()).toBe(true);
    const mine = { StartAt: "Mine", States: { Mine: { Type: "Pass", Next: "Gone" } } };
    await field("Definition").fill(JSON.stringify(mine, undefined, 2));
    await page.locator(".problems").getByText("Gone").first().waitFor();
    await page.getByLabel("Begin from").selectOption("a greeting");
    await page.getByText("No problems.").waitFor();
    await page.getByLabel("Begin from").selectOption("what I have written");
    await page.locator(".problems").getByText("Gone").first().waitFor();
    const right = { StartAt: "Mine", States: { Mine: { Type: "Pass", End: true } } };
    await field("Definition").fill(JSON.stringify(right, undefined, 2));
    await page.getByText("No problems.").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(await violationsOn(page)).toEqual([]);
    await field("Name").fill("mine");
    await create().click();
    await page.getByRole("heading", { name: "mine" }).waitFor();
    expect(JSON.parse((await described("mine"))["definition"] ?? "")).toEqual(right);
  });

  test("what was begun is there again, until it is created, cancelled or begun anew", async () => {
    const { page } = opened;
    const right = JSON.stringify({ StartAt: "Mine", States: { Mine: { Type: "Pass", End: true } } });
    const begun = page.getByText("This is what you had begun.");
    const write = async (name: string): Promise<void> => {
      await field("Name").fill(name);
      await field("Definition").fill(right);
      await page.getByText("No problems.").waitFor();
    };
    const come = async (): Promise<void> => {
      await page.getByRole("link", { name: "Machines" }).first().click();
      await page.getByRole("link", { name: "Create…" }).click();
      await field("Definition").waitFor();
    };
    await opened.go("#/create-machine");
    expect(await begun.count()).toBe(0);
    await write("begun");
    await come();
    await begun.waitFor();
    await page.reload();
    await begun.waitFor();
    expect(await field("Name").inputValue()).toBe("begun");
    await page.getByText("No problems.").waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole("button", { name: "Start over" }).click();
    expect(await field("Name").inputValue()).toBe("");
    await come();
    expect(await begun.count()).toBe(0);
    await write("cancelled");
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByRole("link", { name: "Create…" }).click();
    await field("Definition").waitFor();
    expect(await field("Name").inputValue()).toBe("");
    await write("created");
    await create().click();
    await page.getByRole("heading", { name: "created" }).waitFor();
    await come();
    expect(await field("Name").inputValue()).toBe("");
  });
});
