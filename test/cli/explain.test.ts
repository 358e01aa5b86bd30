/** `baton explain`: a failed run's story in sentences, with what its function printed; and of one that waits for somebody. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { manyInVain } from "../../lib/cli/explain/in-vain.ts";
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
const broken = { StartAt: "Charge", States: { Charge: { Type: "Task", Resource, End: true } } };
const refusing = {
  StartAt: "Which",
  States: {
    Which: { Type: "Choice", Choices: [{ Variable: "$.card", StringEquals: "4000", Next: "Note" }], Default: "Done" },
    Note: { Type: "Pass", Next: "Refused" },
    Refused: { Type: "Fail", Error: "NoSuchCard" },
    Done: { Type: "Succeed" },
  },
};
/** A failure that is caught, and so many states that undo what was done. */
const undone = (names: readonly string[]) => ({
  StartAt: "Charge",
  States: {
    Charge: { Type: "Task", Resource, Catch: [{ ErrorEquals: ["States.ALL"], Next: names[0] }], Next: "Done" },
    Done: { Type: "Succeed" },
    ...Object.fromEntries(names.map((name, at) => [name, { Type: "Pass", Next: names[at + 1] ?? "GiveUp" }])),
    GiveUp: { Type: "Fail", Error: "NoSale" },
  },
});
const folder = folderOf({
  "charge.mjs": `export const handler = async ({ card }) => {
    console.log("asking the bank about", card);
    throw Object.assign(new Error("declined"), { name: "CardDeclined" });
  };`,
  "mended.mjs": `import { existsSync } from "node:fs";
  export const handler = async () => {
    if (!existsSync(new URL("mended", import.meta.url))) throw new Error("not mended");
    return "done";
  };`,
  "ask.mjs": "export const handler = async () => ({});",
});
const mended = {
  StartAt: "Begin",
  States: {
    Begin: { Type: "Pass", Next: "Work" },
    Work: {
      Type: "Task",
      Resource: Resource.replace("charge", "mended"),
      ResultPath: "$.work",
      Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 0 }],
      End: true,
    },
  },
};
const machines = {
  mended: JSON.stringify(mended),
  sale: JSON.stringify(sale),
  broken: JSON.stringify(broken),
  refusing: JSON.stringify(refusing),
  asks: callback,
  ...Object.fromEntries(
    [["Refund"], ["Refund", "Release", "Tell"], ["A", "B", "C", "D", "E"]].map((names) => [
      `undone${names.length}`,
      JSON.stringify(undone(names)),
    ]),
  ),
};
let server: LocalBaton;
let at: readonly string[];

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data"), functionFolders: [folder] });
  at = ["--url", server.url];
  const client = connect(server.url);
  for (const [name, definition] of Object.entries(machines)) {
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
      "Such a run costs about $N on AWS; on Step Functions it would be $N.",
      "Nothing more happens by itself. A redrive would only come to GiveUp again, which always fails. To try Charge once more, start again, with the same input or another.",
      `  baton history sale/one --endpoint ${server.url}`,
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

test.each([
  ["undone1", "that failed with CardDeclined, was caught, and led through Refund to GiveUp.\n"],
  ["undone3", "that failed with CardDeclined, was caught, and led through Refund, Release and Tell to GiveUp.\n"],
  ["undone5", "that failed with CardDeclined, was caught, and led through 5 states, from A to E, to GiveUp.\n"],
  [
    "broken",
    "A redrive goes on from Charge: what succeeded is not done again.\n  baton redrive broken/one --endpoint http",
  ],
  ["refusing", "\nNothing had failed before: Which chose Note, which led to Refused.\n"],
  ["refusing", "A redrive would only come to Refused again, which always fails. Start again begins anew"],
])("%s: %s", async (machine, said) => {
  await expect
    .poll(async () => (await baton("explain", `${machine}/one`, ...at)).out, { timeout: 20_000 })
    .toContain(said);
});

test("what it waits for, and how to answer", async () => {
  const explained = async (): Promise<string> => (await baton("explain", "asks/one", ...at)).out;
  await expect.poll(explained, { timeout: 20_000 }).toMatch(/^Waits for the task token of state T since /);
  expect(await explained()).toMatch(
    /Somebody has to answer. There is no deadline.\n +baton inbox show one\/T --endpoint http\S+\n/,
  );
});

test("redrive --follow tells what happens from there on, and the time since", async () => {
  await expect
    .poll(async () => (await baton("describe", "mended/one", ...at)).out, { timeout: 20_000 })
    .toContain("FAILED");
  writeFileSync(join(folder, "mended"), "");
  const { code, out } = await baton("redrive", "mended/one", "--follow", ...at);
  const time = "\\d+(\\.\\d)? m?s";
  const lines = [
    "\\S+:mended:one",
    " {2}⟳ +redriven",
    ` {2}✔ Work +${time} {2}\\+ work "done"`,
    `✔ SUCCEEDED in ${time} since its redrive {2}\\{"card":"4000","work":"done"\\}`,
  ];
  expect(out).toMatch(new RegExp(`^${lines.join("\n")}\n$`));
  expect(code).toBe(0);
});

test("a redrive that comes to a Fail state again says so, others say nothing", async () => {
  const again = await baton("redrive", "refusing/one", ...at);
  expect(again.out).toMatch(/^redriven \S+:refusing:one\n$/);
  expect(again.err).toMatch(
    /^\S+:refusing:one ended in a Fail state: it will fail again, as a Fail state always does\.\n$/,
  );
  expect(await baton("redrive", "broken/one", ...at)).toMatchObject({ code: 0, err: "" });
});

test.each([
  // in vain, looked at, all
  [0, 3, 3, undefined],
  [1, 3, 3, "1 of them ended in a Fail state: it will fail again, as a Fail state always does."],
  [3, 3, 3, "3 of them ended in a Fail state: they will fail again, as a Fail state always does."],
  [7, 200, 1_000, "7 of the first 200 ended in a Fail state: they will fail again, as a Fail state always does."],
])("before many are redriven: %i of %i looked at, of %i", (inVain, looked, all, says) => {
  expect(manyInVain({ inVain, looked, all })).toBe(says);
});
