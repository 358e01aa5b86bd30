/** What comes from executions commands no terminal: its control characters are told, not sent; JSON says the same as before. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { shortPayload, table } from "../../lib/cli/paint.ts";
import { openScreen } from "../../lib/cli/screen.ts";
import { visible } from "../../lib/cli/visible.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { role } from "../api/requests.ts";
import { baton, folderOf } from "./baton.ts";

/** Sets the title, erases the screen in both ways of writing it, and goes back over what is written. */
const wicked = "\u001b]0;owned\u0007\u001b[2J\u009b2J\u007f\b\rok";
const folder = folderOf({
  "bad.mjs": `export const handler = async () => {
    console.log(${JSON.stringify(`line ${wicked}`)});
    throw Object.assign(new Error(${JSON.stringify(`why ${wicked}`)}), { name: "Bad" });
  };`,
  "ask.mjs": "export const handler = async () => ({});",
});
const wait = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Parameters: { FunctionName: "ask", Payload: { question: `who ${wicked}?`, "token.$": "$$.Task.Token" } },
  End: true,
};
const machines = {
  bad: {
    StartAt: "Call",
    States: {
      Call: {
        Type: "Task",
        Resource: "arn:aws:lambda:us-east-1:000000000000:function:bad",
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "End" }],
        End: true,
      },
      End: { Type: "Fail", Error: `E ${wicked}`, Cause: `cause ${wicked}` },
    },
  },
  asks: { StartAt: "Ask", States: { Ask: wait } },
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come
const commanding = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
let server: LocalBaton;

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data"), functionFolders: [folder] });
  for (const [name, definition] of Object.entries(machines))
    await fetch(server.url, {
      method: "POST",
      headers: { "x-amz-target": "AWSStepFunctions.CreateStateMachine", "content-type": "application/x-amz-json-1.0" },
      body: JSON.stringify({ name, definition: JSON.stringify(definition), roleArn: role }),
    });
  await baton("start", "bad", "--name", "b", "--follow", "--url", server.url);
  await baton("start", "asks", "--name", "a", "--url", server.url);
  await vi.waitFor(async () => expect((await baton("inbox", "--url", server.url)).out).toContain("asks"), 10_000);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});
const isTerminal = Object.getOwnPropertyDescriptor(process.stdout, "isTTY");
afterEach(() => {
  Object.defineProperty(process.stdout, "isTTY", isTerminal ?? { value: undefined, configurable: true });
});

test.each([
  [["history", "bad/b"]],
  [["describe", "bad/b"]],
  [["explain", "bad/b"]],
  [["start", "bad", "--follow"]],
  [["watch", "bad/b"]],
  [["watch", "bad/b", "--once"]],
  [["inbox"]],
  [["inbox", "show", "a"]],
  [["history", `bad/${wicked}`]],
])("%j says what a function, an error or a question says, and sends none of its commands", async (typed) => {
  const { out, err } = await baton(...typed, "--url", server.url);
  expect(out + err).toContain("\\u001b");
  expect(out + err).not.toMatch(commanding);
});

test("in JSON the values are the same as before", async () => {
  const { out } = await baton("describe", "bad/b", "--json", "--url", server.url);
  expect(out).not.toMatch(commanding);
  expect(JSON.parse(out)).toMatchObject({ error: `E ${wicked}`, cause: `cause ${wicked}` });
});

test.each([
  // text                              on a terminal                               elsewhere
  ["two\n\tlines\r\n", "two\n\tlines\r\n", "two\n\tlines\r\n"],
  [
    "\u001b[32m✔\u001b[39m \u001b[2mok\u001b[22m",
    "\u001b[32m✔\u001b[39m \u001b[2mok\u001b[22m\u001b[0m",
    "\\u001b[32m✔\\u001b[39m \\u001b[2mok\\u001b[22m",
  ],
  ["\u001b[31mgoes on", "\u001b[31mgoes on\u001b[0m", "\\u001b[31mgoes on"],
  ["paid \u202etneclla\u2069", "paid \\u202etneclla\\u2069", "paid \\u202etneclla\\u2069"],
  ["\u001b[8mhidden", "\\u001b[8mhidden", "\\u001b[8mhidden"],
  ["\u001b]8;;http://x\u0007", "\\u001b]8;;http://x\\u0007", "\\u001b]8;;http://x\\u0007"],
])("of %j colours pass where there are any", (text, onTerminal, elsewhere) => {
  expect(visible(text)).toBe(elsewhere);
  Object.defineProperty(process.stdout, "isTTY", { value: true, configurable: true });
  expect(visible(text)).toBe(onTerminal);
});

test("a column counts what is told of a control character, and a row stays a row", () => {
  expect(
    table([
      ["A", "B"],
      ["\u0007", "x\ny"],
    ]),
  ).toBe("A       B\n\\u0007  x\\ny");
  expect(shortPayload("\u009b12345", 8)).toBe("\\u009b1…");
});

test("what is drawn in its place on a terminal is guarded, too", () => {
  let written = "";
  openScreen({ isTTY: true, write: (text) => (written += text) })?.show("\u009b2J\u001b]0;x\u0007");
  expect(written).toBe("\u001b[J\\u009b2J\\u001b]0;x\\u0007\n");
});
