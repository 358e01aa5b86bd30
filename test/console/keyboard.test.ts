/** The console without a mouse, in a real browser. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missingChromium, type Opened, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

/** Some 1,200 events. */
const loop = {
  QueryLanguage: "JSONata",
  StartAt: "Step",
  States: {
    Step: { Type: "Pass", Output: "{% $states.input + 1 %}", Next: "More" },
    More: { Type: "Choice", Choices: [{ Condition: "{% $states.input < 300 %}", Next: "Step" }], Default: "Done" },
    Done: { Type: "Succeed" },
  },
};
const waits = { StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 86_400, End: true } } };

describe.skipIf(missingChromium)(`the console by keyboard${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "waits", waits);
    await deploy(shop, "loop", loop);
    await shop.start("waits", {}, "one");
    await shop.ended(await shop.start("loop", 299, "short"));
    await shop.ended(await shop.start("loop", 0, "long"));
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

  test("a list is one stop, in which arrows lead from row to row", async () => {
    const { page, go } = opened;
    const key = async (...names: readonly string[]): Promise<string> => {
      for (const name of names) await page.keyboard.press(name);
      return await focused(page);
    };
    await go("#/executions?machine=loop");
    await page.locator(".execution").nth(1).waitFor();
    await page.getByRole("region", { name: "Executions" }).focus();
    expect(await key("Tab")).toBe("Choose long");
    expect(await key("Tab")).toBe("long");
    expect(await key("ArrowDown")).toBe("short");
    expect(await key("Shift+Tab")).toBe("Choose short");
    expect(await key("ArrowUp")).toBe("Choose long");
    await go("#/executions/loop/long?view=events");
    await page.getByText(/ of 1,2\d\d events/).waitFor();
    await page.getByRole("region", { name: "Events" }).focus();
    expect(await key("Tab")).toContain("ExecutionStarted");
    expect(await key("ArrowDown", "PageDown", "PageDown", "ArrowUp")).toContain("Step");
    await expect.poll(() => key("End")).toContain("ExecutionSucceeded");
    expect(await key("Enter", "Tab")).not.toContain("State");
    await page.getByRole("region", { name: /^Event 1\d\d\d$/ }).waitFor();
    await go("#/executions/loop/long?view=timeline");
    await page.locator(".visit").first().waitFor();
    await page.getByRole("region", { name: "Timeline" }).focus();
    expect(await key("Tab", "ArrowDown")).toContain("More");
    await key("Enter");
    await page.getByRole("region", { name: "State More" }).waitFor();
    expect(await key("Tab")).toBe("Go to visit");
  });

  test("from visit to visit: by number, and the focus stays where it is", async () => {
    const { page, go } = opened;
    await go("#/executions/loop/long/Step");
    const panel = page.getByRole("region", { name: "State Step" });
    await panel.getByText("visit 300 of 300:").waitFor();
    const number = panel.getByRole("spinbutton", { name: "Go to visit" });
    await number.fill("7");
    await page.keyboard.press("Enter");
    await panel.getByText("visit 7 of 300:").waitFor();
    expect(await focused(page)).toBe("Go to visit");
    await panel.getByRole("link", { name: "9", exact: true }).focus();
    await page.keyboard.press("Enter");
    await panel.getByText("visit 9 of 300:").waitFor();
    expect(await focused(page)).toBe("9");
    await number.fill("301");
    await page.keyboard.press("Enter");
    await page.goBack();
    await panel.getByText("visit 7 of 300:").waitFor();
  });

  test("an event leads to the visit that it belongs to", async () => {
    const { page, go } = opened;
    await go("#/executions/loop/long?view=events");
    await page.getByText(/ of 1,2\d\d events/).waitFor();
    await page.locator(".event", { hasText: "ChoiceStateExited" }).nth(2).click();
    await page.getByRole("link", { name: "Look at More" }).click();
    await page.getByRole("region", { name: "State More" }).getByText("visit 3 of 300:").waitFor();
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
