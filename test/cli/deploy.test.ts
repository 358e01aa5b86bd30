/** `baton deploy`: created, updated with what changes shown, unchanged; versions and aliases; nothing in a dry run. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { diffOf } from "../../lib/cli/diff.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { serve } from "../../lib/local/server.ts";
import { baton, folderOf, type Said } from "./baton.ts";

const folder = folderOf({
  "shop.asl.json": {
    StartAt: "A",
    States: { A: { Type: "Pass", Comment: `\${Who}`, Next: "B" }, B: { Type: "Succeed" } },
  },
  "wrong.asl.json": { StartAt: "A", States: {} },
});
const file = join(folder, "shop.asl.json");
let server: LocalBaton;

const deploy = async (...parameters: readonly string[]): Promise<Said> =>
  await baton("deploy", ...parameters, "--url", server.url, "--substitute", "Who=me");
const definitionThere = async (): Promise<string> =>
  JSON.stringify(JSON.parse((await baton("graph", "shop", "--json", "--url", server.url)).out));

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data") });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("from nothing to a version behind an alias, and again, and changed", async () => {
  expect((await deploy(file, "--dry-run")).out).toBe("+ shop would be created\n");
  expect((await baton("list", "--url", server.url, "--json")).out).toBe("[]\n");

  expect((await deploy(file)).out).toMatch(
    /^\+ shop created {2}arn:aws:states:us-east-1:000000000000:stateMachine:shop\n$/,
  );
  expect((await deploy(file)).out).toMatch(/^= shop unchanged {2}arn/);
  const before = await definitionThere();

  // Laid out otherwise, it is the same machine.
  const states = { A: { Type: "Pass", Comment: "me", Next: "B" }, B: { Type: "Succeed" } };
  writeFileSync(file, JSON.stringify({ StartAt: "A", States: states }));
  expect((await deploy(file)).out).toMatch(/^= shop unchanged/);

  writeFileSync(file, JSON.stringify({ StartAt: "A", States: { ...states, B: { Type: "Fail", Error: "No" } } }));
  const changed = await deploy(file, "--dry-run");
  expect(changed.out).toContain('  -       "Type": "Succeed"\n');
  expect(changed.out).toContain('  +       "Type": "Fail",\n  +       "Error": "No"\n');
  expect(changed.out).toMatch(/~ shop would be updated\n$/);
  expect(await definitionThere()).toBe(before);

  expect((await deploy(file, "--alias", "live")).out).toMatch(
    /~ shop updated {2}arn:aws:\S+:stateMachine:shop:live\n$/,
  );
  expect((await deploy(file, "--alias", "live")).out).toMatch(/= shop unchanged {2}arn:aws:\S+:shop:live\n$/);
  expect((await deploy(file, "--publish")).out).toMatch(/= shop unchanged {2}arn:aws:\S+:shop:1\n$/);
  const told = JSON.parse((await deploy(file, "--role", "arn:aws:iam::000000000000:role/other", "--json")).out);
  expect(told).toMatchObject({ name: "shop", change: "updated", dryRun: false, diff: [] });
});

test("a rival who deploys between the update and its publication is not published by it", async () => {
  const mine = join(folder, "rivals.asl.json");
  writeFileSync(mine, JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } }));
  await deploy(mine, "--alias", "live");
  writeFileSync(mine, JSON.stringify({ StartAt: "B", States: { B: { Type: "Pass", End: true } } }));
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:rivals";
  const definition = JSON.stringify({ StartAt: "C", States: { C: { Type: "Pass", End: true } } });
  const between = await serve(
    async (request) => {
      const target = request.headers.get("x-amz-target") ?? "";
      const passOn = async (name: string, body: string): Promise<string> => {
        const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": name };
        return await (await fetch(server.url, { method: "POST", headers, body })).text();
      };
      if (target.endsWith("PublishStateMachineVersion"))
        await passOn("AWSStepFunctions.UpdateStateMachine", JSON.stringify({ stateMachineArn, definition }));
      const sent: Uint8Array[] = [];
      for await (const chunk of request.body ?? []) sent.push(chunk);
      const body = await passOn(target, Buffer.concat(sent).toString());
      return { status: body.includes("__type") ? 400 : 200, headers: {}, body };
    },
    { port: 0, bodyLimitBytes: 1_000_000 },
  );
  const { code, err } = await baton("deploy", mine, "--alias", "live", "--url", between.url);
  await between.close(0);
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/ConflictException: Failed to publish the State Machine version/),
  ]);
  const live = connect(server.url).call("DescribeStateMachine", { stateMachineArn: `${stateMachineArn}:live` });
  expect(JSON.parse((await live).definition).StartAt).toBe("A");
});

test.each([
  [["--type", "EXPRESS"], /shop is of type STANDARD, which nothing changes/],
  [["--type", "QUICK"], /Allowed choices are STANDARD, EXPRESS/],
])("%j is refused", async (options, words) => {
  const { code, err } = await deploy(file, ...options);
  expect(err).toMatch(words);
  expect(code).toBe(1);
});

test("what is not valid is not deployed", async () => {
  const { code, err } = await deploy(join(folder, "wrong.asl.json"));
  expect(err).toMatch(/wrong\.asl\.json is not valid:\nERROR \/States/);
  expect(code).toBe(1);
});

describe("diffOf", () => {
  test.each([
    ["a\nb", "a\nb", []],
    ["a\nb\nc", "a\nc", ["=a", "-b", "=c"]],
    ["a", "a\nb", ["=a", "+b"]],
    ["1\n2\n3\n4\n5\n6\n7", "1\n2\n3\n4\n5\n6\n8", ["=…", "=5", "=6", "-7", "+8"]],
    ["x\n".repeat(5_000), "y", ["-(5001 lines)", "+(1 lines)"]],
  ])("%#", (before, after, expected) => {
    const signs = { same: "=", added: "+", removed: "-" };
    expect(diffOf(before, after).map(({ kind, text }) => signs[kind] + text)).toEqual(expected);
  });
});

test.each(["1", "a b", "live:2", "x".repeat(81)])(
  "--alias '%s' is refused before anything is published",
  async (alias) => {
    const { code, err } = await deploy(file, "--alias", alias);
    expect(code).toBe(1);
    expect(err).toMatch(/option '--alias <name>' argument '.*' is invalid\. it may have 1 to 80/);
  },
);
