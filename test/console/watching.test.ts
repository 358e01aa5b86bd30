/** An execution watched while it runs, in a real browser: what it asks for, and what is there when it is over. */
import type { Browser, Request } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { folderOf } from "../local/functions/folder-of.ts";
import { missingChromium, type Opened, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const items = 600;

const ask = (next: object) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token" } },
  ...next,
});

/** 2,400 events, and then somebody is waited for, twice. */
const long = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemProcessor: { StartAt: "Item", States: { Item: { Type: "Pass", End: true } } },
      ResultPath: null,
      Next: "First",
    },
    First: ask({ ResultPath: null, Next: "Second" }),
    Second: ask({ End: true }),
  },
};

describe.skipIf(missingChromium)(`an execution that is watched${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;
  /** Of each page of the history: the token it was asked with. */
  let asked: (string | undefined)[];
  const functions = folderOf({ "ask.mjs": "export const handler = async () => ({});" });

  beforeAll(async () => {
    shop = await openShop({ functionFolders: [functions.path] });
    await deploy(shop, "long", long);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
    await functions.dispose();
  });
  beforeEach(async () => {
    opened = await openConsole(browser, shop.url);
    asked = [];
    opened.page.on("request", (request) => {
      if (operationOf(request) === "GetExecutionHistory") asked.push(request.postDataJSON().nextToken);
    });
  });
  afterEach(async () => {
    expect(opened.complaints).toEqual([]);
    await opened.page.context().close();
  });

  /** The token of the task that waits in that state, as soon as one does. */
  async function taskIn(state: string): Promise<string> {
    const tokens = async (): Promise<readonly string[]> => {
      const inbox = (await (await fetch(`${shop.url}/inbox`)).json()) as { tasks: { state: string; token: string }[] };
      return inbox.tasks.filter((task) => task.state === state).map(({ token }) => token);
    };
    await expect.poll(tokens, { timeout: 60_000 }).toHaveLength(1);
    return (await tokens())[0] ?? "";
  }

  const says = (): Promise<string | null> => opened.page.locator(".headline .says").textContent();

  test("its history is read on while it runs, and once more when it is over, for it forked", async () => {
    const { page, go } = opened;
    const input = Array.from({ length: items }, (_, index) => index);
    const arn = await shop.start("long", input, "watched");
    const first = await taskIn("First");
    await go("#/executions/long/watched?view=events");
    await page.getByText(/ of 2,4\d\d events/).waitFor();
    await expect.poll(says).toContain("First");
    await page.getByText("More events are on their way").waitFor({ state: "detached" });
    expect(asked.slice(0, 3).map((token) => token !== undefined)).toEqual([false, true, true]);
    asked.length = 0;
    await shop.client.call("SendTaskSuccess", { taskToken: first, output: "{}" });
    await expect.poll(says).toContain("Second");
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((token) => token === undefined)).toEqual([]);
    asked.length = 0;
    await shop.client.call("SendTaskSuccess", { taskToken: await taskIn("Second"), output: "{}" });
    await shop.ended(arn);
    await page.getByRole("heading", { level: 1 }).locator("..").getByText("Succeeded").waitFor();
    expect(asked.filter((token) => token === undefined)).toHaveLength(1);
    const { events } = await shop.client.call("GetExecutionHistory", { executionArn: arn, reverseOrder: true });
    await page.getByText(new RegExp(` of ${events[0].id.toLocaleString("en")} events`)).waitFor();
  });

  test("one that failed and is redriven goes on before one's eyes", async () => {
    const { page, go } = opened;
    const arn = await shop.start("long", [1, 2], "redriven");
    await go("#/executions/long/redriven?view=events");
    const refused = { taskToken: await taskIn("First"), error: "No", cause: "not today" };
    await shop.client.call("SendTaskFailure", refused);
    await page.getByText("not today").first().waitFor();
    await shop.ended(arn);
    await shop.client.call("RedriveExecution", { executionArn: arn });
    await shop.client.call("SendTaskSuccess", { taskToken: await taskIn("First"), output: "{}" });
    await expect.poll(says).toContain("Second");
    await page.locator(".event", { hasText: "ExecutionRedriven" }).waitFor();
    await shop.client.call("SendTaskSuccess", { taskToken: await taskIn("Second"), output: "{}" });
    await page.getByText("Succeeded", { exact: true }).waitFor();
    const { events } = await shop.client.call("GetExecutionHistory", { executionArn: arn, reverseOrder: true });
    await page.getByText(new RegExp(` of ${events[0].id} events`)).waitFor();
  });
});

function operationOf(request: Request): string | undefined {
  return request.headers()["x-amz-target"]?.split(".")[1];
}
