/**
 * A state looked at in a real browser: its data step by step and what changed, its variables, its attempts with what
 * the function printed in each, and the ways to the execution that it started, and back.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderOf } from "../local/functions/folder-of.ts";
import { missingChromium, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const arn = "arn:aws:states:us-east-1:000000000000";

const definition = {
  StartAt: "Remember",
  States: {
    Remember: {
      Type: "Pass",
      QueryLanguage: "JSONata",
      Assign: { customer: "{% $states.input.customer %}", tries: 0 },
      Next: "Pay",
    },
    Pay: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "pay", "Payload.$": "$" },
      ResultSelector: { "receipt.$": "$.Payload.receipt" },
      ResultPath: "$.payment",
      Assign: { "receipt.$": "$.Payload.receipt" },
      Retry: [{ ErrorEquals: ["CardReaderBusy"], IntervalSeconds: 1, MaxAttempts: 1 }],
      Next: "Deliver",
    },
    Deliver: {
      Type: "Task",
      Resource: "arn:aws:states:::states:startExecution.sync:2",
      Parameters: { StateMachineArn: `${arn}:stateMachine:delivery`, Name: "van-7", "Input.$": "$" },
      End: true,
    },
  },
};

/** It is busy on the first try: a file of its own beside it tells a try from the next, whichever process has it. */
const pay = `import { existsSync, writeFileSync } from "node:fs";
  export const handler = async ({ id, amount }) => {
    console.log("asking the reader about", id);
    const mark = new URL("./asked-" + id, import.meta.url);
    if (!existsSync(mark)) {
      writeFileSync(mark, "");
      console.error("the reader is busy");
      throw Object.assign(new Error("try again"), { name: "CardReaderBusy" });
    }
    console.log("paid", amount);
    return { receipt: "r-" + id };
  };`;

describe.skipIf(missingChromium)(`a state in the console${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let page: Page;
  let go: (hash: string) => Promise<void>;
  const functions = folderOf({ "pay.mjs": pay });

  beforeAll(async () => {
    shop = await openShop({ functionFolders: [functions.path] });
    await deploy(shop, "delivery", {
      StartAt: "Drive",
      States: { Drive: { Type: "Pass", Result: "there", End: true } },
    });
    await deploy(shop, "sale", definition);
    await shop.ended(await shop.start("sale", { id: "s-1", customer: "Mia", amount: 12.5 }, "first"));
    browser = await openBrowser();
    ({ page, go } = await openConsole(browser, shop.url));
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
    await functions.dispose();
  });

  async function shown(title: string): Promise<string> {
    const step = page.locator(".payload").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
    await step.first().waitFor();
    return (await step.first().textContent()) ?? "";
  }

  test("each step of the data is what changed since the one it is closest to", async () => {
    await go("#/executions/sale/first/Pay");
    await page.getByRole("region", { name: "State Pay" }).waitFor();
    expect(await shown("Input")).toContain("the same as the output of Remember");
    const given = await shown("Arguments");
    expect(given).toContain('+   "FunctionName": "pay"');
    expect(given).not.toContain('+     "customer"');
    const output = await shown("Output");
    expect(output).toContain('+   "payment": {');
    expect(output).not.toContain('+   "customer"');
    const variables = await shown("Variables");
    expect(variables).toContain('+   "receipt": "r-s-1"');
    expect(variables).toContain('"customer": "Mia"');
    expect(variables).not.toContain('+   "customer"');
  });

  test("each attempt has its error and what its function printed", async () => {
    await go("#/executions/sale/first/Pay?attempt=1");
    const panel = page.getByRole("region", { name: "State Pay" });
    await panel.getByText("CardReaderBusy").first().waitFor();
    const printed = page.getByRole("region", { name: "Function output" });
    await printed.getByText("the reader is busy").waitFor();
    expect(await printed.textContent()).toContain("asking the reader about s-1");
    expect(await printed.locator(".stderr").count()).toBe(1);
    expect(await violationsOn(page)).toEqual([]);
    await panel.getByRole("link", { name: /^2 / }).click();
    await printed.getByText("paid 12.5").waitFor();
    expect(await printed.textContent()).not.toContain("busy");
  });

  test("a state leads to the execution that it started, and that one back", async () => {
    await go("#/executions/sale/first/Deliver");
    await page.getByRole("link", { name: "delivery / van-7" }).click();
    await page.getByRole("heading", { name: "van-7" }).waitFor();
    await page.getByRole("link", { name: "sale / first / Deliver" }).click();
    await page.getByRole("region", { name: "State Deliver" }).waitFor();
    expect(page.url()).toContain("#/executions/sale/first/Deliver");
  });
});
