/** `baton explain`: a failed run's story in sentences, with what its function printed; and of one that waits for somebody. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { callback, role } from "../api/requests.ts";
import { baton, folderOf } from "./baton.ts";

const Catch = [{ ErrorEquals: ["States.ALL"], Next: "GiveUp" }];
const Resource = "arn:aws:lambda:us-east-1:000000000000:function:charge";
const sale = {
  StartAt: "Charge",
  States: {
    Charge: { Type: "Task", Resource, Catch, Next: "Done" },
    Done: { Type: "Succeed" },
    GiveUp: { Type: "Fail", Error: "NoSale", Cause: "nobody paid" },
  },
};
const folder = folderOf({
  "charge.mjs": `export const handler = async ({ card }) => {
    console.log("asking the bank about", card);
    throw Object.assign(new Error("declined"), { name: "CardDeclined" });
  };`,
  "ask.mjs": "export const handler = async () => ({});",
});
let server: LocalBaton;
let at: readonly string[];

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data"), functionFolders: [folder] });
  at = ["--url", server.url];
  const client = connect(server.url);
  for (const [name, definition] of Object.entries({ sale: JSON.stringify(sale), asks: callback })) {
    const { stateMachineArn } = await client.call("CreateStateMachine", { name, definition, roleArn: role });
    await client.call("StartExecution", { stateMachineArn, name: "one", input: '{"card":"4000"}' });
  }
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("start --follow tells under a state what its function printed", async () => {
  const { out } = await baton("start", "sale", "--follow", "--input", '{"card":"4242"}', ...at);
  expect(out).toMatch(
    / {2}✖ Charge .*attempt 1: CardDeclined declined\n {4}│ asking the bank about 4242\n {2}↩ Charge /,
  );
});

test("what failed, why, what was printed, what it cost, what happens next", async () => {
  await expect
    .poll(async () => (await baton("describe", "sale/one", ...at)).out, { timeout: 20_000 })
    .toContain("FAILED");
  const { code, out } = await baton("explain", "sale/one", ...at);
  expect(code).toBe(0);
  expect(out.replace(/\$\d+\.\d+/g, "$N")).toBe(
    [
      "Failed in state GiveUp: NoSale.",
      "  nobody paid",
      "It began in Charge: that failed with CardDeclined, was caught, and led to GiveUp.",
      "Charge printed:",
      "  asking the bank about 4000",
      "It cost about $N on AWS, and would have on Step Functions $N.",
      "Nothing more happens by itself. A redrive goes on from GiveUp: what succeeded is not done again.",
      "  baton redrive sale/one",
      "  baton history sale/one",
      "",
    ].join("\n"),
  );
  const { out: json } = await baton("explain", "sale/one", "--json", ...at);
  expect(JSON.parse(json)).toMatchObject({
    state: "Charge",
    cause: "nobody paid",
    printed: ["asking the bank about 4000"],
  });
});

test("what it waits for, and how to answer", async () => {
  const explained = async (): Promise<string> => (await baton("explain", "asks/one", ...at)).out;
  await expect.poll(explained, { timeout: 20_000 }).toMatch(/^Waits for the task token of state T since /);
  expect(await explained()).toMatch(/Somebody has to answer. There is no deadline.\n +baton inbox show one\/T\n/);
});
