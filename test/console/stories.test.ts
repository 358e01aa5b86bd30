/**
 * What people do with the console, in a real browser: start an order and watch it turn green, find a failed one by
 * its number, understand it from the first lines and redrive it, and answer what waits for a person.
 */
import type { Browser, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missingChromium, type Opened, openBrowser, openConsole } from "./browser.ts";
import { deployExample, functionsOf, inputOf, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium)(`the console in a browser${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;

  beforeAll(async () => {
    shop = await openShop({ functionFolders: functionsOf("order-processing", "user-onboarding") });
    for (const example of ["order-processing", "user-onboarding"]) await deployExample(shop, example);
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
    expect(opened.complaints.filter((text) => !/status of 404/.test(text))).toEqual([]);
    await opened.page.context().close();
  });

  test("an order is started from the page, and the graph turns green state by state", async () => {
    const { page } = opened;
    await page.getByRole("link", { name: "Machines" }).click();
    await page.getByRole("link", { name: "order-processing", exact: true }).click();
    await page.getByRole("button", { name: "Start…" }).click();
    const editor = page.getByRole("dialog").getByRole("textbox", { name: "Input" });
    await editor.fill(JSON.stringify(inputOf("order-processing", "good-order")));
    await expect
      .poll(() => page.getByRole("dialog").locator("code").last().textContent())
      .toMatch(/^baton start order-processing --input '\{"id":/);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText(/^Succeeded in .*, through \d+ states/).waitFor();
    await expect.poll(() => page.locator(".node.good").count()).toBe(10);
    expect(await page.locator(".node.bad, .node.running").count()).toBe(0);
  });

  test("a failed order is found by its number and understood from the first lines", async () => {
    const { page } = opened;
    await shop.ended(await shop.start("order-processing", inputOf("order-processing", "good-order")));
    await shop.ended(await shop.start("order-processing", inputOf("order-processing", "declined-card"), "declined"));
    await page.getByRole("searchbox", { name: "Search" }).fill("id=ord-1002");
    await page.getByText("1 shown.").waitFor();
    await page.getByRole("link", { name: "declined" }).click();
    await page.getByText("Failed in state OrderFailed: CardDeclined.").waitFor();
    await expect.poll(() => page.title()).toBe("Failed: declined · Baton");
    const headline = await page.locator(".headline").textContent();
    expect(headline).toMatch(/Such a run costs about \$0\.\d+ on AWS; on Step Functions it would be \$0\.\d+\./);
    expect(headline).toContain("A redrive would only come to OrderFailed again, which always fails.");
    expect(headline).toContain("To try ChargeCard once more, start again, with the same input or another.");
    expect(headline).toContain("the bank declined: insufficient funds");
    expect(headline).toContain(
      "It began in ChargeCard: that failed with CardDeclined, was caught, and led through ReleaseStock to OrderFailed.",
    );
    await page.getByRole("link", { name: "Look at ChargeCard" }).click();
    await page.getByRole("region", { name: "State ChargeCard" }).getByText("CardDeclined").first().waitFor();
    expect(page.url()).toContain("/executions/order-processing/declined/ChargeCard");
    await page.getByRole("button", { name: "Redrive…" }).click();
    expect(await page.getByRole("dialog").locator("code").textContent()).toBe(
      "baton redrive order-processing/declined",
    );
    await page.getByRole("button", { name: "Redrive it" }).click();
    await expect.poll(() => page.locator(".facts").textContent()).toContain("Redriven1 time");
    await page.getByText("Failed in state OrderFailed: CardDeclined.").waitFor();
  });

  test("many are redriven at once, with their count shown first", async () => {
    const { page } = opened;
    for (const name of ["many-1", "many-2", "many-3"])
      await shop.ended(await shop.start("order-processing", inputOf("order-processing", "out-of-stock"), name));
    await opened.go("#/executions?machine=order-processing&status=FAILED&q=many-");
    await page.getByText("3 shown.").waitFor();
    await page.getByRole("checkbox", { name: "Choose many-2" }).check();
    await page.getByText("1 chosen").waitFor();
    await page.getByRole("button", { name: "clear the choice" }).click();
    await page.getByText("All that match").waitFor();
    await page.getByRole("button", { name: "Redrive…" }).click();
    await page.getByRole("heading", { name: "Redrive 3 executions" }).waitFor();
    await page.getByRole("button", { name: "Redrive 3" }).click();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    const { redriveCount } = await shop.client.call("DescribeExecution", {
      executionArn: "arn:aws:states:us-east-1:000000000000:execution:order-processing:many-3",
    });
    expect(redriveCount).toBe(1);
  });

  test("on a phone the newest runs stand beside the states' names, which stay while one goes back to older ones", async () => {
    const { page } = opened;
    for (let run = 1; run <= 12; run++)
      await shop.ended(
        await shop.start("order-processing", inputOf("order-processing", "out-of-stock"), `phone-${run}`),
      );
    await page.setViewportSize({ width: 390, height: 844 });
    await opened.go("#/machines/order-processing");
    const state = page.getByRole("rowheader", { name: "OutOfStock" });
    const newest = page.getByRole("link", { name: "phone-12: Failed", exact: true });
    expect(await rightOf(newest)).toBeLessThan(390);
    const oldest = page.locator("table.grid thead a").last();
    await oldest.scrollIntoViewIfNeeded();
    expect(await rightOf(newest)).toBeLessThan(await rightOf(state));
    expect((await state.boundingBox())?.x).toBeGreaterThan(0);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });

  test("fifty runs stand side by side on a page of 1,280 pixels", async () => {
    const { page } = opened;
    await shop.ended(await shop.start("order-processing", inputOf("order-processing", "out-of-stock"), "one-of-50"));
    await page.route("**/order-processing/summary", async (route) => {
      const { runs } = await (await route.fetch()).json();
      const fifty = Array.from({ length: 50 }, (_, run) => ({
        ...runs[0],
        executionArn: `${run}`,
        name: `run-${run}`,
      }));
      await route.fulfill({ json: { runs: fifty } });
    });
    await page.setViewportSize({ width: 1280, height: 800 });
    await opened.go("#/machines/order-processing");
    const grid = page.getByRole("region", { name: "Runs by state" });
    await grid.getByRole("link", { name: "run-49: Failed", exact: true }).waitFor();
    expect(await page.title()).toBe("order-processing · Baton");
    const [content = 0, box = 0] = await grid.evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
    expect(content).toBeLessThanOrEqual(box);
    await page.unrouteAll({ behavior: "wait" });
  });

  test("on a phone a task that is chosen in the inbox takes the place of the list, and gives it back", async () => {
    const { page } = opened;
    await shop.start("user-onboarding", inputOf("user-onboarding", "not-me"), "noor");
    await page.setViewportSize({ width: 390, height: 844 });
    await opened.go("#/inbox");
    const entry = page.getByRole("link", { name: /user-onboarding \/ noor/ });
    await entry.click();
    await page.getByRole("heading", { name: "VerifyEmail" }).waitFor();
    expect(await entry.isVisible()).toBe(false);
    await page.getByRole("link", { name: "All open tasks" }).click();
    await entry.waitFor();
  });

  test("onboarding's verification is answered in the inbox", async () => {
    const { page } = opened;
    const arn = await shop.start("user-onboarding", inputOf("user-onboarding", "clicks-at-once"), "mira");
    await opened.go("#/executions/user-onboarding/mira");
    await page.getByText(/^Waits for the task token of state VerifyEmail since /).waitFor();
    await page.getByRole("link", { name: "Answer it in the inbox" }).click();
    await page.getByRole("heading", { name: "VerifyEmail" }).waitFor();
    expect(await page.locator(".tasks [aria-current]").textContent()).toContain("user-onboarding / mira");
    const editor = page.getByRole("textbox", { name: "Answer (JSON)" });
    await page.getByRole("textbox", { name: /Your name/ }).fill("Mia");
    await page.getByRole("textbox", { name: /Comment/ }).fill("phoned her");
    await editor.fill('{"clickedFrom": "198.51.100.7"}');
    await expect
      .poll(() => page.locator(".command code").first().textContent())
      .toMatch(
        /^baton inbox approve t-\w+ --output '\{"clickedFrom":"198\.51\.100\.7","by":"Mia","comment":"phoned her"\}'/,
      );
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText("Approved. The execution goes on.").waitFor();
    await shop.ended(arn);
    const { status, output } = await shop.client.call("DescribeExecution", { executionArn: arn });
    expect([status, JSON.parse(output).verifiedBy]).toEqual(["SUCCEEDED", "198.51.100.7"]);
  });

  test("what is typed while the editor is on its way goes on in it", async () => {
    const { page } = opened;
    let letItCome = () => {};
    const typed = new Promise<void>((resolve) => {
      letItCome = resolve;
    });
    await page.route(/\/code-editor[^/]*\.js$/, async (route) => {
      await typed;
      await route.continue();
    });
    await opened.go("#/machines/user-onboarding");
    await page.getByRole("button", { name: "Start…" }).click();
    await page.getByRole("dialog").locator("textarea").fill('{"user":""}');
    for (const key of ["End", "ArrowLeft", "ArrowLeft", "m", "i"]) await page.keyboard.press(key);
    letItCome();
    await page.locator(".code-place .cm-content").waitFor();
    await page.keyboard.type("ra");
    await expect.poll(() => page.locator(".code-place .cm-content").textContent()).toBe('{"user":"mira"}');
    await expect
      .poll(() => page.getByRole("dialog").locator("code").last().textContent())
      .toMatch(/ --input '\{"user":"mira"\}'/);
  });

  test.each([
    ["a pair of brackets", "{}"],
    ["a bracket without another", "}"],
  ])("%s is typed over before the editor knows that it is selected", async (_, brackets) => {
    const { page } = opened;
    await opened.go("#/machines/user-onboarding");
    await page.getByRole("button", { name: "Start…" }).click();
    const editor = page.locator(".code-place .cm-content");
    await editor.fill(brackets);
    await editor.press("Control+Home");
    await editor.locator(".cm-matchingBracket, .cm-nonmatchingBracket").first().waitFor();
    // Both in one task of the page: word of a selection comes in a task of its own.
    await page.evaluate(`
      getSelection().selectAllChildren(document.querySelector(".code-place").shadowRoot.querySelector(".cm-content"));
      document.execCommand("insertText", false, '{"user":"mira"}');
    `);
    await expect.poll(() => editor.textContent()).toBe('{"user":"mira"}');
    await expect
      .poll(() => page.getByRole("dialog").locator("code").last().textContent())
      .toMatch(/ --input '\{"user":"mira"\}'/);
  });

  test("a definition's problems are marked where they are while one types", async () => {
    const { page } = opened;
    await opened.go("#/machines/user-onboarding?view=definition");
    const editor = page.getByRole("textbox", { name: "Definition" });
    await editor.fill('{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}');
    await page.getByText("Missing 'Next' target: B").first().waitFor();
    await page.locator(".code-place .cm-lintRange-error").last().waitFor();
    await page.locator(".node.missing").first().waitFor();
    expect(await page.getByRole("button", { name: "Save…" }).isDisabled()).toBe(true);
  });
});

async function rightOf(place: Locator): Promise<number> {
  const box = await place.boundingBox();
  if (!box) throw new Error("it is not there to be seen");
  return box.x + box.width;
}
