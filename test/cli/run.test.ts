/** `baton run FILE`, in this process: what it shows while states pass, and what it says of functions that are not there. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { baton, folderOf } from "./baton.ts";

const lambda = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const nowhere = ["--url", "http://127.0.0.1:2"] as const;

const folder = folderOf({
  "shop.asl.json": {
    StartAt: "Greet",
    States: {
      Greet: { Type: "Pass", Result: { hello: "shop" }, ResultPath: "$.greeting", Next: "Charge" },
      Charge: {
        Type: "Task",
        Resource: lambda("charge"),
        Parameters: { "attempt.$": "$$.State.RetryCount", "card.$": "$.card" },
        ResultPath: "$.charge",
        Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 1, JitterStrategy: "FULL", MaxDelaySeconds: 2 }],
        Catch: [{ ErrorEquals: ["Declined"], ResultPath: "$.failure", Next: "Undo" }],
        Next: "Pack",
      },
      Pack: {
        Type: "Map",
        ItemsPath: "$.items",
        ItemProcessor: { StartAt: "PackOne", States: { PackOne: { Type: "Pass", End: true } } },
        End: true,
      },
      Undo: { Type: "Fail", ErrorPath: "$.failure.Error", Cause: "undone" },
    },
  },
  "charge.mjs": `class Busy extends Error { name = "Busy"; }
class Declined extends Error { name = "Declined"; }
export const handler = async ({ attempt, card }) => {
  console.log("charging", card);
  if (card === "none") throw new Declined("no card");
  if (attempt === 0) throw new Busy("come again");
  return "charged";
};
`,
  "definition.yaml": "StartAt: A\nStates:\n  A: {Type: Pass, End: true}\n",
  "input.json": { card: "visa", items: [1, 2] },
  "missing.asl.json": { StartAt: "A", States: { A: { Type: "Task", Resource: lambda("not-there"), End: true } } },
  "typed.asl.json": { StartAt: "A", States: { A: { Type: "Task", Resource: lambda("typed"), End: true } } },
  "typed.ts": "export const handler = async (event: unknown) => event;\n",
  "wrong.asl.json": { StartAt: "B", States: { A: { Type: "Pass", End: true } } },
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

/** Of `sales/2026/list.csv`, a child for each line. */
const reader = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
        Parameters: { Bucket: "sales", Key: "2026/list.csv" },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Take",
        States: { Take: { Type: "Pass", End: true } },
      },
      End: true,
    },
  },
};
writeFileSync(file("reader.asl.json"), JSON.stringify(reader));
mkdirSync(file("objects/sales/2026"), { recursive: true });
writeFileSync(file("objects/sales/2026/list.csv"), "sku,qty\ntea,2\npot,1\n");

describe("baton run, in this process", () => {
  test("--objects: a folder stands in for S3", async () => {
    const { code, out } = await baton(
      "run",
      file("reader.asl.json"),
      "--objects",
      file("objects"),
      "--json",
      ...nowhere,
    );
    expect(code).toBe(0);
    expect(JSON.parse(JSON.parse(out).output)).toEqual([
      { sku: "tea", qty: "2" },
      { sku: "pot", qty: "1" },
    ]);
  });

  test("a server that the environment names is not replaced by this process when it does not answer", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_SFN", nowhere[1]);
    const { code, out, err } = await baton("run", file("definition.yaml")).finally(() => vi.unstubAllEnvs());
    expect([code, out, err]).toEqual([1, "", expect.stringContaining(`nothing answers at ${nowhere[1]}`)]);
  });

  test("where S3 cannot be asked, the folder is what is advised first", async () => {
    const sources = ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "PROFILE", "WEB_IDENTITY_TOKEN_FILE"];
    for (const name of [...sources, "CONTAINER_CREDENTIALS_RELATIVE_URI", "CONTAINER_CREDENTIALS_FULL_URI"])
      vi.stubEnv(`AWS_${name}`, undefined);
    for (const name of ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"]) vi.stubEnv(name, file("none"));
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    const { code, out } = await baton("run", file("reader.asl.json"), "--functions", folder, "--json");
    vi.unstubAllEnvs();
    expect(code).toBe(1);
    expect(JSON.parse(out).cause).toContain(
      "On this machine a folder can stand in for S3: --objects DIR, with the object as DIR/bucket/key. Unable to load credentials for S3",
    );
  });

  test("shows states as they pass, with times, retries and iterations, and what functions print", async () => {
    const { code, out, err } = await baton(
      "run",
      file("shop.asl.json"),
      "--input",
      `@${file("input.json")}`,
      "--functions",
      folder,
      "--name",
      "first",
    );
    const took = "\\d+(\\.\\d+)? m?s";
    const expected = [
      "arn:aws:states:us-east-1:000000000000:execution:shop:first",
      ` {2}✔ Greet +${took} {2}\\+ greeting \\{"hello":"shop"\\}`,
      ` {2}✖ Charge +${took} {2}attempt 1: Busy come again`,
      ` {2}↻ Charge +${took} {2}tried again`,
      ` {2}✔ Charge +${took} {2}\\+ charge "charged"`,
      " {2}⑂ Pack over 2 items",
      ` {2}✔ PackOne +${took} {2}[12]`,
      ` {2}✔ PackOne +${took} {2}[12]`,
      ` {2}✔ Pack +${took} {2}\\[1,2\\]`,
      `✔ SUCCEEDED in ${took} {2}\\[1,2\\]`,
    ];
    expect(out).toMatch(new RegExp(`^${expected.join("\n")}\n$`));
    expect(err).toBe("    [charge] charging visa\n    [charge] charging visa\n");
    expect(code).toBe(0);
  });

  test("a failure is told in words, with exit code 1", async () => {
    const input = '{"card":"none","items":[]}';
    const { code, out } = await baton("run", file("shop.asl.json"), "--input", input, "--functions", folder);
    expect(out).toMatch(
      /✖ Charge .* attempt 1: Declined no card\n +↩ Charge .* caught\n +✖ Undo\n✖ FAILED in .* {2}Declined: undone\n$/,
    );
    expect(code).toBe(1);
  });

  test("--json prints the description and nothing else; YAML is a definition too, named after its folder", async () => {
    const { code, out, err } = await baton(
      "run",
      file("definition.yaml"),
      "--input",
      '{"a":1}',
      "--json",
      ...nowhere,
      "--functions",
      folder,
    );
    expect(JSON.parse(out)).toMatchObject({
      executionArn: expect.stringContaining(`:execution:${folder.split("/").at(-1)}:`),
      status: "SUCCEEDED",
      input: '{"a":1}',
      output: '{"a":1}',
    });
    expect(err).toBe("");
    expect(code).toBe(0);
  });

  test.each([
    // what                                   parameters                                         said
    [
      "a function that is nowhere",
      ["missing.asl.json", "--functions", folder],
      `. There is no not-there.mjs, .js, .cjs, .ts, .mts or .py in ${folder}: put it there, or give --function-url not-there=URL.`,
    ],
    [
      "no functions at all",
      ["missing.asl.json", "--function-url", "other=http://127.0.0.1:2"],
      ". No functions folder was given: put not-there.mjs, .js, .cjs, .ts, .mts or .py into a folder and name it with --functions DIR, or give --function-url not-there=URL.",
    ],
    [
      "TypeScript without a compiler",
      ["typed.asl.json", "--functions", folder],
      "Install it there (npm install --save-dev esbuild), or write the function as .mjs.",
    ],
    [
      "a URL that does not answer",
      ["missing.asl.json", "--function-url", "not-there=http://127.0.0.1:2"],
      "Lambda.SdkClientException: Unable to execute HTTP request: connect ECONNREFUSED 127.0.0.1:2",
    ],
  ])("%s", async (_what, [name = "", ...parameters], said) => {
    const { code, out } = await baton("run", file(name), ...parameters);
    expect(out.trim().split("\n").at(-1)).toContain(said);
    expect(code).toBe(1);
  });

  test("a definition that is not valid is refused with its problems, before anything is opened", async () => {
    const { code, out, err } = await baton("run", file("wrong.asl.json"), ...nowhere);
    expect(err).toMatch(/wrong\.asl\.json is not valid:\nERROR \/StartAt {2}Missing 'Next' target: B/);
    expect(out).toBe("");
    expect(code).toBe(1);
  });

  test("a server that was asked for by its address is not replaced", async () => {
    const { code, err } = await baton("run", file("definition.yaml"), ...nowhere);
    expect(err).toContain("nothing answers at http://127.0.0.1:2");
    expect(code).toBe(1);
  });
});
