/** A machine that somebody else saves while its page is open, in a real browser: shown, but not in place of what one writes. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const saying = (Comment: string) => ({ Comment, StartAt: "P", States: { P: { Type: "Pass", End: true } } });

describe.skipIf(missingChromium)(`a definition that another one saves${reason}`, () => {
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop();
    await deploy(shop, "shared", saying("the first"));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  async function save(comment: string): Promise<void> {
    await shop.client.call("UpdateStateMachine", {
      stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:shared",
      definition: JSON.stringify(saying(comment)),
    });
  }

  test("is there without a reload; what one has begun to write stays", async () => {
    const { page, go } = await openConsole(browser, shop.url);
    await page.clock.install();
    await go("#/machines/shared?view=definition");
    await page.reload();
    const editor = page.locator(".cm-content");
    await editor.getByText("the first").waitFor();
    await save("the second");
    /** The page's time, which goes on as far as it takes. */
    const until = async (seen: () => Promise<boolean> | boolean): Promise<void> =>
      await expect
        .poll(async () => {
          await page.clock.runFor(1_000);
          return await seen();
        })
        .toBe(true);
    await until(() => editor.getByText("the second").isVisible());
    await editor.click();
    await page.keyboard.press("ControlOrMeta+Home");
    await page.keyboard.type(" ");
    await page.getByText("What you have written is not saved.").waitFor();
    let looked = false;
    page.on("response", async (response) => {
      looked ||= (await response.text().catch(() => "")).includes("the third");
    });
    await save("the third");
    await until(() => looked);
    await page.keyboard.type(" ");
    await editor.getByText("the second").waitFor();
    expect(await page.evaluate("document.activeElement.classList.contains('code-place')")).toBe(true);
    await page.getByRole("button", { name: "Save…" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText(/^Somebody has saved it since you opened it/).waitFor();
    await page.context().close();
  });

  test("what one has saved oneself is looked at at once", async () => {
    const { page, go } = await openConsole(browser, shop.url);
    await page.clock.install();
    await go("#/machines/shared?view=definition");
    await page.reload();
    const editor = page.getByRole("textbox", { name: "Definition" });
    await editor.fill(JSON.stringify(saying("my own")));
    await page.getByRole("button", { name: "Save…" }).click();
    const save = page.getByRole("button", { name: "Save", exact: true });
    await save.waitFor();
    await page.clock.pauseAt(Date.now() + 60_000);
    await save.click();
    await page.getByText("What you have written is not saved.").waitFor({ state: "hidden" });
    await page.context().close();
  });

  test("a version that is published elsewhere is listed without a reload", async () => {
    const { page, go } = await openConsole(browser, shop.url);
    await page.clock.install();
    await go("#/machines/shared?view=versions");
    await page.reload();
    await page.getByText("None has been published.").waitFor();
    const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:shared";
    await shop.client.call("PublishStateMachineVersion", { stateMachineArn });
    const published = async (): Promise<boolean> => {
      await page.clock.runFor(1_000);
      return (await page.getByText("None has been published.").count()) === 0;
    };
    await expect.poll(published).toBe(true);
    await page.getByRole("listitem").getByText(", published").waitFor();
    await page.context().close();
  });
});
