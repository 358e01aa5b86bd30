/**
 * The pictures of the console in docs/console, taken of a shop with a day's orders: `npm run console-pictures` after a
 * change to what they show. Times and names in them differ each time, so no test compares them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium, type Page } from "playwright-core";
import { deploy, deployExample, functionsOf, inputOf, openShop, type Shop } from "./shop.ts";

const to = resolve(import.meta.dirname, "../../docs/console");

const delivery = {
  StartAt: "Ask",
  States: {
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      TimeoutSeconds: 86_400,
      Parameters: {
        FunctionName: "ask",
        Payload: {
          "token.$": "$$.Task.Token",
          "question.$": "States.Format('Deliver order {} to the garden gate?', $.order)",
          description: "The customer is away until Monday.",
          schema: {
            type: "object",
            properties: {
              carrier: { title: "Carrier", type: "string", enum: ["swift-parcel", "pigeon-post"] },
              limit: { title: "Limit", type: "number", description: "in euros" },
              address: {
                title: "Another address",
                type: "object",
                properties: {
                  postcode: { title: "Postcode", type: "string" },
                  gate: { title: "There is a gate", type: "boolean" },
                },
              },
            },
            required: ["carrier"],
          },
        },
      },
      End: true,
    },
  },
};

/** What a shop sees in a day, the oldest first: mostly good orders, some of them after a second try. */
const orders =
  "good-order declined-card flaky-carrier good-order good-order busy-gateway good-order out-of-stock good-order " +
  "flaky-carrier good-order big-order good-order busy-gateway good-order unknown-address good-order good-order " +
  "flaky-carrier good-order suspected-fraud good-order big-order good-order busy-gateway declined-card";

async function fill(shop: Shop): Promise<void> {
  for (const example of ["order-processing", "user-onboarding"]) await deployExample(shop, example);
  await deploy(shop, "delivery", delivery);
  for (const [index, order] of orders.split(" ").entries())
    await shop.ended(await shop.start("order-processing", inputOf("order-processing", order), `${order}-${index + 1}`));
  await shop.start("user-onboarding", inputOf("user-onboarding", "clicks-at-once"), "mira");
  await shop.start("delivery", { order: "A9" }, "a9");
}

const pictures: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async execution(page) {
    await page.getByRole("link", { name: "Executions", exact: true }).click();
    await page.getByRole("link", { name: "declined-card-26" }).click();
    await page.locator(".canvas svg").waitFor();
    await page.getByRole("region", { name: "State ChargeCard" }).waitFor();
  },
  async runs(page) {
    await page.getByRole("link", { name: "Machines" }).click();
    await page.getByRole("link", { name: "order-processing", exact: true }).click();
    await page.locator("table.grid").waitFor();
  },
  async inbox(page) {
    await page.getByRole("link", { name: "Inbox" }).click();
    await page.getByRole("link", { name: /garden gate/ }).click();
    await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
  },
};

const functions = mkdtempSync(join(tmpdir(), "baton-functions-"));
writeFileSync(join(functions, "ask.mjs"), "export const handler = async () => ({});");
const shop = await openShop({
  functionFolders: [...functionsOf("order-processing", "user-onboarding"), functions],
});
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless", "--no-sandbox"] });
try {
  await fill(shop);
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: "light" });
  await page.goto(`${shop.url}/console/`);
  for (const [name, open] of Object.entries(pictures)) {
    await open(page);
    await page.screenshot({ path: join(to, `${name}.png`), animations: "disabled" });
  }
} finally {
  await browser.close();
  await shop.close();
  rmSync(functions, { recursive: true, force: true });
}
