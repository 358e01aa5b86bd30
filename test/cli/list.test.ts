/** `baton list MACHINE`: the newest executions, and whether they are all. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { deploy } from "../../lib/cli/deploy.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { baton } from "./baton.ts";

const data = mkdtempSync(join(tmpdir(), "baton-list-"));
let server: LocalBaton;

beforeAll(async () => {
  server = await startLocal({ folder: data, port: 0 });
  const client = connect(server.url);
  const text = JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } });
  await deploy(client, { name: "orders", text });
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
  for (const name of ["one", "two", "three"]) await client.call("StartExecution", { stateMachineArn, name });
});
afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

const more = "the newest 2 are shown, and there are more: --limit shows as many as you say\n";

test.each([
  // options              shown  said
  [["--limit", "2"], 2, more],
  [["--limit", "3"], 3, ""],
  [[], 3, ""],
  [["--limit", "2", "--status", "SUCCEEDED"], 2, more],
])("%j shows %i", async (options, shown, said) => {
  const ended = () => baton("list", "orders", "--url", server.url, ...options);
  await expect.poll(async () => (await ended()).out.match(/SUCCEEDED/g)?.length).toBe(shown);
  expect(await ended()).toMatchObject({ code: 0, err: said });
});

test("as JSON there is nothing but what was asked for", async () => {
  const { out, err } = await baton("list", "orders", "--url", server.url, "--limit", "2", "--json");
  expect(JSON.parse(out)).toHaveLength(2);
  expect(err).toBe("");
});

test("a status is an execution's: without a machine it is refused, not passed over", async () => {
  const { code, out, err } = await baton("list", "--url", server.url, "--status", "FAILED", "--json");
  expect([code, out, err]).toEqual([
    1,
    "",
    expect.stringMatching(/^--status is about executions: .* baton list MACHINE /),
  ]);
});
