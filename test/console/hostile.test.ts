/**
 * Names, inputs, errors, causes and definitions that try to become script: on every page that shows them nothing
 * runs, nothing is loaded, and the policy has nothing to refuse.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderOf } from "../local/functions/folder-of.ts";
import { missingChromium, openBrowser, openConsole } from "./browser.ts";
import { deploy, openShop, type Shop, tag } from "./shop.ts";

const reason = missingChromium === undefined ? "" : ` (${missingChromium})`;

const corpus: readonly string[] = [
  "<script>window.ran = 1</script>",
  "<img src=x onerror='window.ran = 1'>",
  "<svg onload=window.ran=1></svg>",
  "<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>",
  "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
  "<a href='javascript:window.ran=1' autofocus onfocus=window.ran=1>x</a>",
  "<details open ontoggle=window.ran=1>",
  "<style>@import 'http://attacker.example/x.css'</style>",
  "<link rel=stylesheet href=http://attacker.example/x.css>",
  "<base href=http://attacker.example/>",
  "<form action=http://attacker.example><input name=x autofocus></form>",
  "<meta http-equiv=refresh content='0;url=javascript:window.ran=1'>",
  "javascript:window.ran=1",
  '"><script>window.ran = 1</script>',
  "'-window.ran=1-'",
  ["$", "{window.ran=1}"].join(""),
  "{{constructor.constructor('window.ran=1')()}}",
  "</pre><script>window.ran = 1</script>",
  "]]><script>window.ran = 1</script>",
  "<!--<script>window.ran = 1</script>-->",
  "\u2028\u2029<script>window.ran = 1</script>",
  "<math><mtext><mglyph><style><img src=x onerror=window.ran=1>",
  "<template><script>window.ran = 1</script></template>",
  "<object data='data:text/html,<script>window.ran=1</script>'></object>",
  "=cmd|' /C calc'!A0",
];

const nasty = corpus.join("\n");
/** A state's name has 80 characters at most. */
const stateName = "<img src=x onerror='window.ran = 1'>\"><script>window.ran=1</script>";
const definition = {
  Comment: nasty,
  StartAt: stateName,
  States: {
    [stateName]: {
      Type: "Pass",
      Comment: nasty,
      Parameters: Object.fromEntries(corpus.map((each) => [each, each])),
      Next: "Ask",
    },
    Ask: {
      Type: "Choice",
      Choices: corpus.map((each) => ({ Variable: "$.no", StringEquals: each, Next: "End" })),
      Default: "End",
    },
    End: { Type: "Fail", Error: nasty, Cause: nasty },
  },
};

const texts = Object.fromEntries(corpus.map((each) => [each, { type: "string", title: each, description: each }]));
/** Keywords in forms that they do not have. */
const noSchemas = { none: null, odd: { enum: "x", title: { de: "x" } }, tuple: { type: "array", items: [null] } };
/** A function that prints it all, and a form that is made of it. */
const asking = {
  StartAt: "Ask",
  States: {
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: {
        FunctionName: "say",
        Payload: {
          "token.$": "$$.Task.Token",
          corpus,
          question: nasty,
          description: nasty,
          schema: {
            type: "object",
            required: true,
            properties: { ...texts, one: { enum: corpus, title: nasty }, ...noSchemas },
          },
        },
      },
      End: true,
    },
  },
};

describe.skipIf(missingChromium)(`script in names, inputs and causes${reason}`, () => {
  const functions = folderOf({
    "say.mjs": "export const handler = async ({ corpus }) => { for (const each of corpus) console.log(each); };",
  });
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    shop = await openShop({ functionFolders: [functions.path], onLine: () => undefined });
    await deploy(shop, "asking", asking);
    await shop.start("asking", {}, "open");
    await deploy(shop, "hostile", definition);
    const tags = Object.fromEntries(
      corpus.map((each, index) => [`${index} ${each}`.slice(0, 128), each.slice(0, 256)]),
    );
    await tag(shop, "hostile", tags);
    await shop.ended(await shop.start("hostile", { no: "", corpus, [nasty]: nasty }, "run"));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
    await functions.dispose();
  });

  test("nothing runs", async () => {
    const { page, complaints, go } = await openConsole(browser, shop.url);
    const foreign: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(shop.url) && !request.url().startsWith("data:image/svg+xml,"))
        foreign.push(request.url());
    });
    const state = encodeURIComponent(stateName);
    for (const [hash, there] of [
      ["#/executions", ".execution .why strong"],
      [`#/executions?q=${encodeURIComponent(corpus[0] ?? "")}`, ".execution"],
      ["#/executions/hostile/run", ".canvas .node"],
      [`#/executions/hostile/run/${state}`, ".payload pre"],
      ["#/executions/hostile/run?view=timeline", ".visit"],
      ["#/executions/hostile/run?view=events", ".event"],
      ["#/executions/hostile/run?view=input %26 output", ".payload pre"],
      ["#/executions/asking/open/Ask", ".lines .stdout"],
      ["#/machines", ".tags .tag"],
      [`#/machines?q=${encodeURIComponent(corpus[0] ?? "")}`, ".empty"],
      [`#/machines/hostile?period=${encodeURIComponent(corpus[0] ?? "")}`, ".bars a"],
      ["#/machines/hostile", "table.grid"],
      ["#/machines/hostile?view=definition", ".code-place:not([hidden])"],
      [`#/executions/${state}/${state}`, ".failure"],
      [`#/${state}`, "h1"],
    ] as const) {
      await go(hash);
      await page.locator(there).first().waitFor();
    }
    await go("#/inbox");
    await page.locator(".tasks a").first().click();
    await page.locator(".fields select").first().waitFor();
    await go("#/executions/hostile/run?view=events");
    await page.locator(".event").last().click();
    await page.locator(".events .panel pre").first().waitFor();
    expect(await page.evaluate("window.ran")).toBeUndefined();
    expect(foreign).toEqual([]);
    expect(complaints.filter((text) => !/status of (400|404)/.test(text))).toEqual([]);
    expect(await page.locator("main :is(script, iframe, object, form, base, style, img)").count()).toBe(0);
  });
});
