/**
 * What people do to executions and machines from the page, in a real browser: answer a form and refuse with a
 * comment, stop many, save a definition. Each act is looked for afterwards in what the API says.
 */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { folderOf } from "../local/functions/folder-of.ts";
import { missingChromium, type Opened, openBrowser, openConsole, violationsOn } from "./browser.ts";
import { deploy, openShop, type Shop } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const arn = "arn:aws:states:us-east-1:000000000000";

const schema = {
  type: "object",
  required: ["limit", "address"],
  properties: {
    limit: { type: "integer", title: "Limit", minimum: 1 },
    carrier: { enum: ["van", "pigeon"], title: "Carrier" },
    address: {
      type: "object",
      title: "Address",
      required: ["zip"],
      properties: {
        zip: { type: "string", title: "Postcode", minLength: 5 },
        gate: { type: "boolean", title: "Gate" },
      },
    },
    tags: { type: "array", title: "Tags", items: { type: "string" } },
  },
};

const ask = {
  StartAt: "Ask",
  States: {
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: {
        FunctionName: "ask",
        Payload: { "token.$": "$$.Task.Token", question: "Deliver where?", schema },
      },
      End: true,
    },
  },
};

describe.skipIf(missingChromium)(`acts of the console${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let opened: Opened;
  const functions = folderOf({ "ask.mjs": "export const handler = async () => ({});" });

  beforeAll(async () => {
    shop = await openShop({ functionFolders: [functions.path] });
    await deploy(shop, "delivery", ask);
    await deploy(shop, "resting", { StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: 86_400, End: true } } });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
    await functions.dispose();
  });
  beforeEach(async () => {
    opened = await openConsole(browser, shop.url);
  });
  afterEach(async () => {
    expect(opened.complaints).toEqual([]);
    await opened.page.context().close();
  });

  async function described(machine: string, name: string): Promise<Record<string, string>> {
    return await shop.client.call("DescribeExecution", { executionArn: `${arn}:execution:${machine}:${name}` });
  }

  test("a form of objects and lists is filled in, told what is wrong, and approved with a comment", async () => {
    const { page } = opened;
    const started = await shop.start("delivery", {}, "form");
    await opened.go("#/inbox");
    await page.getByRole("link", { name: /Deliver where\?/ }).click();
    await page.getByLabel("Limit").fill("20");
    await page.getByLabel("Carrier (optional)").selectOption("pigeon");
    const address = page.getByRole("group", { name: "Address" });
    await address.getByLabel("Postcode").fill("0410");
    await page.getByRole("button", { name: "Add to Tags" }).click();
    await page.getByRole("textbox", { name: "Tags 1" }).fill("fragile");
    await page.getByRole("button", { name: "Add to Tags" }).click();
    await page.getByRole("button", { name: "Remove Tags 2" }).click();
    await page.getByRole("textbox", { name: /Your name/ }).fill("Mia");
    await page.getByRole("textbox", { name: /Comment/ }).fill("at the gate");
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText("address.zip needs at least 5 characters.").waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await address.getByLabel("Postcode").fill("04109");
    await address.getByLabel("Gate").check();
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText("Approved. The execution goes on.").waitFor();
    await shop.ended(started);
    expect(JSON.parse((await described("delivery", "form"))["output"] ?? "")).toEqual({
      limit: 20,
      carrier: "pigeon",
      address: { zip: "04109", gate: true },
      tags: ["fragile"],
      by: "Mia",
      comment: "at the gate",
    });
  });

  test("a task is refused with a comment, which is the cause", async () => {
    const { page } = opened;
    const started = await shop.start("delivery", {}, "no");
    await opened.go("#/inbox");
    await page.getByRole("link", { name: /Deliver where\?/ }).click();
    await page.getByRole("button", { name: "Refuse", exact: true }).click();
    await page.getByText("Say who answers: the name stands in the history.").waitFor();
    await page.getByRole("textbox", { name: /Your name/ }).fill("Tom O'Hara");
    await page.getByRole("textbox", { name: /Comment/ }).fill("too far");
    const lines = await page.locator(".command code").allTextContents();
    expect(lines[1]).toMatch(/^baton inbox refuse t-\w+ --by 'Tom O'\\''Hara' --comment 'too far'$/);
    await page.getByRole("button", { name: "Refuse", exact: true }).click();
    await page.getByText("Refused. The execution goes on.").waitFor();
    await shop.ended(started);
    expect(await described("delivery", "no")).toMatchObject({
      status: "FAILED",
      error: "Refused",
      cause: "refused by Tom O'Hara: too far",
    });
  });

  test("whoever answers what somebody else has answered meanwhile is told so", async () => {
    const { page } = opened;
    const started = await shop.start("delivery", {}, "late");
    await opened.go("#/inbox/delivery%2Flate%2FAsk");
    await page.getByRole("textbox", { name: /Your name/ }).fill("Mia");
    let look = (): void => {};
    const looked = new Promise<void>((resolve) => {
      look = resolve;
    });
    // The page does not see it before the answer is on its way.
    await page.route(/\/inbox(\?|$)/, async (route) => {
      await looked;
      await route.continue();
    });
    const { tasks } = await shop.client.get("/inbox?machine=delivery&execution=late");
    await shop.client.call("SendTaskSuccess", { taskToken: tasks[0].token, output: "1" });
    await shop.ended(started);
    await page.getByRole("button", { name: "Refuse", exact: true }).click();
    await page.getByText("Your answer does not count: the task was answered before, or its time was over.").waitFor();
    look();
    await page.getByText("Nobody is waited for.").waitFor();
    await page.getByText("Your answer does not count: the task was answered before, or its time was over.").waitFor();
    expect(await described("delivery", "late")).toMatchObject({ status: "SUCCEEDED", output: "1" });
    await page.getByRole("link", { name: "What became of it" }).click();
    await page.getByRole("heading", { level: 1, name: "late" }).waitFor();
    expect(opened.complaints.splice(0)).toEqual([expect.stringMatching(/status of 400/)]);
  });

  test("an answer that was begun is there again after a look at what happened before, and after a reload", async () => {
    const { page } = opened;
    const started = await shop.start("delivery", {}, "looked-up");
    await opened.go("#/inbox/delivery%2Flooked-up%2FAsk");
    const limit = page.getByRole("spinbutton", { name: "Limit" }).or(page.getByRole("textbox", { name: "Limit" }));
    await limit.fill("7");
    await page.getByRole("textbox", { name: "Postcode" }).fill("12345");
    await page.getByRole("link", { name: "What happened before" }).click();
    await page.getByRole("heading", { level: 1, name: "looked-up" }).waitFor();
    await page.goBack();
    await page.getByText("This is what you had begun.").waitFor();
    expect(await limit.inputValue()).toBe("7");
    await page.reload();
    expect(await page.getByRole("textbox", { name: "Postcode" }).inputValue()).toBe("12345");
    await page.getByRole("textbox", { name: /Your name/ }).fill("Mia");
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText("Approved.").waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("status");
    await shop.ended(started);
    expect(await page.evaluate("Object.keys(sessionStorage)")).toEqual([]);
  });

  test("many are stopped at once, with their count shown first", async () => {
    const { page } = opened;
    for (const name of ["rest-1", "rest-2", "rest-3"]) await shop.start("resting", {}, name);
    await opened.go("#/executions?machine=resting&status=RUNNING");
    await page.getByText("3 shown.").waitFor();
    for (const name of ["rest-1", "rest-3"]) await page.getByRole("checkbox", { name: `Choose ${name}` }).check();
    await page.getByText("2 chosen").waitFor();
    await page.getByRole("button", { name: "Stop…" }).click();
    await page.getByRole("heading", { name: "Stop 2 executions" }).waitFor();
    await page.getByRole("button", { name: "Stop 2" }).click();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    await page.getByText("1 shown.").waitFor();
    const statuses = ["rest-1", "rest-2", "rest-3"].map(async (name) => (await described("resting", name))["status"]);
    expect(await Promise.all(statuses)).toEqual(["ABORTED", "RUNNING", "ABORTED"]);
  });

  test("before many are redriven, it is said how many of them end in a Fail state again", async () => {
    const { page } = opened;
    const Which = { Type: "Choice", Choices: [{ Variable: "$.no", IsPresent: true, Next: "Refused" }], Default: "Off" };
    const Off = { Type: "Pass", Parameters: { "x.$": "$.missing" }, End: true };
    await deploy(shop, "judged", { StartAt: "Which", States: { Which, Off, Refused: { Type: "Fail", Error: "No" } } });
    for (const input of [{ no: 1 }, {}, { no: 2 }]) await shop.ended(await shop.start("judged", input));
    await opened.go("#/executions?machine=judged&status=FAILED");
    await page.getByText("3 shown.").waitFor();
    await page.getByRole("button", { name: "Redrive…" }).click();
    await page.getByRole("heading", { name: "Redrive 3 executions" }).waitFor();
    await page
      .getByText("2 of them ended in a Fail state: they will fail again, as a Fail state always does.")
      .waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });

  test("a definition is saved, with what changes shown first", async () => {
    const { page } = opened;
    await opened.go("#/machines/resting?view=definition");
    const shorter = { StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: 60, End: true } } };
    await page.getByRole("textbox", { name: "Definition" }).fill(JSON.stringify(shorter, undefined, 2));
    await page.getByRole("button", { name: "Save…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText('+       "Seconds": 60').waitFor();
    expect(await dialog.locator("code").textContent()).toBe("baton deploy resting.asl.json");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    const stateMachineArn = `${arn}:stateMachine:resting`;
    const { definition } = await shop.client.call("DescribeStateMachine", { stateMachineArn });
    expect(JSON.parse(definition)).toEqual(shorter);
    await expect.poll(() => page.getByRole("button", { name: "Save…" }).count()).toBe(0);
  });

  test("who saves what somebody else has saved meanwhile is told, and shown against what", async () => {
    const { page } = opened;
    await deploy(shop, "shared", { StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: 1, End: true } } });
    await opened.go("#/machines/shared?view=definition");
    const rest = (Seconds: number) => ({ StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds, End: true } } });
    await page.getByRole("textbox", { name: "Definition" }).fill(JSON.stringify(rest(2), undefined, 2));
    const stateMachineArn = `${arn}:stateMachine:shared`;
    await shop.client.call("UpdateStateMachine", { stateMachineArn, definition: JSON.stringify(rest(3)) });
    const stands = async () =>
      JSON.parse((await shop.client.call("DescribeStateMachine", { stateMachineArn })).definition);
    await page.getByRole("button", { name: "Save…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText('−       "Seconds": 1').waitFor();
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await dialog.getByText(/^Somebody has saved it since you opened it\./).waitFor();
    await dialog.getByText('−       "Seconds": 3').waitFor();
    expect(await stands()).toEqual(rest(3));
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    expect(await stands()).toEqual(rest(2));
  });

  test("a definition that was not saved is there again, and is not saved over what somebody else has", async () => {
    const { page } = opened;
    const rest = (Seconds: number) => ({ StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds, End: true } } });
    await deploy(shop, "left", rest(1));
    const stateMachineArn = `${arn}:stateMachine:left`;
    await opened.go("#/machines/left?view=definition");
    await page.getByRole("textbox", { name: "Definition" }).fill(JSON.stringify(rest(2), undefined, 2));
    await page.getByText("What you have written is not saved.").waitFor();
    await page.getByRole("link", { name: "runs", exact: true }).click();
    await shop.client.call("UpdateStateMachine", { stateMachineArn, definition: JSON.stringify(rest(3)) });
    await page.reload();
    await page.getByRole("link", { name: "definition", exact: true }).click();
    await page.getByRole("button", { name: "Save…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText('+       "Seconds": 2').waitFor();
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await dialog.getByText(/^Somebody has saved it since you opened it\./).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Discard" }).click();
    await page.reload();
    await page.getByRole("textbox", { name: "Definition" }).getByText("3").waitFor();
    expect(await page.getByRole("button", { name: "Save…" }).count()).toBe(0);
  });

  test("an input of megabytes can be started with again; the line for a terminal takes it from a file", async () => {
    const { page } = opened;
    const items = Array.from({ length: 20_000 }, (_, index) => ({ sku: `POT-${index}`, note: "x".repeat(100) }));
    const executionArn = await shop.start("resting", { items }, "large");
    await opened.go("#/executions/resting/large");
    await page.getByRole("button", { name: "Start again…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("In a terminal, with the input in input.json").waitFor();
    expect(await dialog.locator(".command code").textContent()).toBe("baton start resting --input @input.json");
    await dialog.getByLabel("Name (optional)").fill("large-again");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("heading", { name: "large-again" }).waitFor();
    await shop.client.call("StopExecution", { executionArn });
  });

  test("an execution that has ended is looked at again when it is redriven from elsewhere", async () => {
    const { page } = opened;
    const executionArn = await shop.start("resting", {}, "redriven");
    await shop.client.call("StopExecution", { executionArn });
    await opened.go("#/executions/resting/redriven");
    await page.getByText("Stopped", { exact: true }).waitFor();
    await shop.client.call("RedriveExecution", { executionArn });
    await page.getByText("Running", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Stop…" }).waitFor();
    await shop.client.call("StopExecution", { executionArn });
    await page.getByRole("button", { name: "Redrive…" }).waitFor();
  });

  test("what was started by an alias is started by it again", async () => {
    const { page } = opened;
    await deploy(shop, "released", { StartAt: "Old", States: { Old: { Type: "Succeed" } } });
    const stateMachineArn = `${arn}:stateMachine:released`;
    const { stateMachineVersionArn } = await shop.client.call("PublishStateMachineVersion", { stateMachineArn });
    const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
    await shop.client.call("CreateStateMachineAlias", { name: "live", routingConfiguration });
    const draft = JSON.stringify({ StartAt: "Draft", States: { Draft: { Type: "Fail" } } });
    await shop.client.call("UpdateStateMachine", { stateMachineArn, definition: draft });
    await shop.client.call("StartExecution", { stateMachineArn: `${stateMachineArn}:live`, name: "first" });
    await opened.go("#/executions/released/first");
    await page.getByRole("button", { name: "Start again…" }).click();
    const dialog = page.getByRole("dialog", { name: "Start released:live" });
    expect(await dialog.locator("code").last().textContent()).toBe("baton start released:live --input '{}'");
    await dialog.getByLabel("Name (optional)").fill("second");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("heading", { name: "second" }).waitFor();
    expect(await described("released", "second")).toMatchObject({ stateMachineAliasArn: `${stateMachineArn}:live` });
  });

  test("an Express machine is started, and it is said that nothing of it is kept", async () => {
    const { page } = opened;
    const roleArn = "arn:aws:iam::000000000000:role/test";
    const definition = JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } });
    await shop.client.call("CreateStateMachine", { name: "quick", type: "EXPRESS", roleArn, definition });
    await opened.go("#/machines/quick");
    await page.getByText(/^Executions of an Express machine run in memory, and none is kept/).waitFor();
    await page.getByRole("button", { name: "Start…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Input" }).fill('{"order": 12345678901234567890}');
    await expect
      .poll(() => dialog.locator("code").last().textContent())
      .toBe(`baton start quick --input '{"order":12345678901234567890}'`);
    await dialog.getByLabel("Name (optional)").fill("first");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText("first was started. Nothing of it is kept but what its log says.").waitFor();
    expect(page.url()).toMatch(/#\/machines\/quick$/);
  });
});
