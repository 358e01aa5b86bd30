/** `baton list`, `stop` and `redrive` on the executions of a machine that a filter finds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { deploy } from "../../lib/cli/deploy.ts";
import { readWhen } from "../../lib/cli/executions.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { baton } from "./baton.ts";

const data = mkdtempSync(join(tmpdir(), "baton-many-"));
let server: LocalBaton;

const orders = {
  StartAt: "Way",
  States: {
    Way: {
      Type: "Choice",
      Choices: [
        { Variable: "$.wait", IsPresent: true, Next: "Wait" },
        { Variable: "$.error", IsPresent: true, Next: "Failed" },
      ],
      Default: "Broken",
    },
    Wait: { Type: "Wait", Seconds: 90_000, End: true },
    Failed: { Type: "Fail", ErrorPath: "$.error", Cause: '{"errorMessage":"no money"}' },
    Broken: { Type: "Pass", InputPath: "$.nothing", End: true },
  },
};

const say = (...words: string[]) => baton(...words, "--url", server.url);
const listed = async (...options: string[]): Promise<readonly string[]> => {
  const { out } = await say("list", "orders", "--json", ...options);
  return JSON.parse(out).map(({ name, status }: Record<string, string>) => `${name} ${status}`);
};

beforeAll(async () => {
  server = await startLocal({ folder: data, port: 0 });
  const client = connect(server.url);
  await deploy(client, { name: "orders", text: JSON.stringify(orders) });
  await client.call("CreateStateMachine", {
    name: "quotes",
    type: "EXPRESS",
    definition: JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } }),
    roleArn: "arn:aws:iam::000000000000:role/any",
  });
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
  const start = (name: string, input: object) =>
    client.call("StartExecution", { stateMachineArn, name, input: JSON.stringify(input) });
  for (const name of ["waits-1", "waits-2"]) await start(name, { wait: 1 });
  await start("declined-1", { error: "Declined", order: { id: 7 } });
  await start("declined-2", { error: "Declined", order: { id: 8 } });
  await start("broken", {});
  await deploy(client, { name: "refunds", text: JSON.stringify(orders) });
  const refunds = stateMachineArn.replace("orders", "refunds");
  await client.call("StartExecution", { stateMachineArn: refunds, name: "late", input: '{"error":"Late"}' });
  await vi.waitFor(async () => expect(await listed("--status", "FAILED")).toHaveLength(3), 10_000);
});
afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

describe("list", () => {
  test.each<[options: string[], names: string[]]>([
    [
      ["--error", "Declined"],
      ["declined-2 FAILED", "declined-1 FAILED"],
    ],
    [["--error", "Declined", "--limit", "1"], ["declined-2 FAILED"]],
    [["--search", "order.id=7"], ["declined-1 FAILED"]],
    [
      ["--since", "1h", "--status", "RUNNING"],
      ["waits-2 RUNNING", "waits-1 RUNNING"],
    ],
    [["--until", "2026-01-01"], []],
  ])("%j", async (options, names) => {
    expect(await listed(...options)).toEqual(names);
  });

  test("says why, in words, and dates as ListExecutions does", async () => {
    const { out } = await say("list", "orders", "--status", "FAILED");
    expect(out).toMatch(/WHY\nbroken .*States\.Runtime: .*\ndeclined-2 .*Declined: no money\n/);
    const [row] = JSON.parse((await say("list", "orders", "--json", "--error", "Declined")).out);
    expect(row).toMatchObject({ error: "Declined", startDate: expect.any(Number), stopDate: expect.any(Number) });
  });

  test("of all machines since a moment, the newest first, by names that other commands take", async () => {
    const first = async () => (await say("list", "--since", "1h", "--status", "FAILED", "--limit", "3")).out;
    await expect
      .poll(async () => (await first()).match(/^\S+/gm))
      .toEqual(["EXECUTION", "refunds/late", "orders/broken", "orders/declined-2"]);
    const none = await say("list", "--since", "1h", "--status", "TIMED_OUT");
    expect(none.out).toBe("no machine has any such execution that is TIMED_OUT in Region us-east-1\n");
  });

  test("an error that none has: those that there are", async () => {
    const { out } = await say("list", "orders", "--error", "Refused");
    expect(out).toBe(
      "orders has no such execution in Region us-east-1; there are the errors States.Runtime, Declined\n",
    );
  });

  test.each([
    [["quotes"], /^quotes is an EXPRESS machine: nothing is kept of its executions/],
    [["--error", "Declined"], /^--error is about executions: name a machine/],
    [["orders", "--since", "yesterday"], /when is 30s, 90m, 24h or 7d \(ago\)/],
  ])("%j is refused", async (words, said) => {
    expect(await say("list", ...words)).toMatchObject({ code: 1, out: "", err: expect.stringMatching(said) });
  });
});

test.each([
  ["90m", "2026-03-04T03:30:00.000Z"],
  ["7d", "2026-02-25T05:00:00.000Z"],
  ["2026-01-31", "2026-01-31T00:00:00.000Z"],
  ["2026-01-31T18:00", "2026-01-31T18:00:00.000Z"],
  ["2026-01-31T18:00+02:00", "2026-01-31T16:00:00.000Z"],
])("%s is %s, where the shell is not asked for its zone", (text, moment) => {
  expect(readWhen(text, undefined, Date.parse("2026-03-04T05:00:00Z")).toISOString()).toBe(moment);
});

describe("redrive", () => {
  test("of a machine those with one error, shown first", async () => {
    const choice = ["--machine", "orders", "--error", "Declined"];
    const shown = await say("redrive", ...choice, "--dry-run");
    expect(shown.out.match(/declined-\d/g)).toEqual(["declined-2", "declined-1"]);
    const { code, out, err } = await say("redrive", ...choice);
    expect(out).toMatch(/^redriven .*declined-2\nredriven .*declined-1\n2 redriven\n$/);
    expect([code, err.match(/will fail again/g)?.length]).toEqual([0, 2]);
    await expect.poll(() => listed("--error", "Declined", "--status", "FAILED")).toHaveLength(2);
  });

  test("one that is refused keeps no other from its turn, and is a failure", async () => {
    const { code, out, err } = await say("redrive", "orders/waits-1", "orders/broken");
    expect(out).toMatch(/^redriven .*broken\n1 redriven, 1 refused\n$/);
    expect([code, err]).toEqual([1, expect.stringMatching(/waits-1: ExecutionNotRedrivable: /)]);
  });

  test.each([
    [[], /^name executions, or with --machine the state machine/],
    [["orders/broken", "--machine", "orders"], /^name executions, or with --machine/],
    [["orders/broken", "--since", "1h"], /^executions that are named need no filter/],
    [["orders/broken", "--status", "FAILED"], /^--status chooses among the executions of a machine/],
    [["--machine", "orders", "--follow"], /^--follow shows one execution/],
  ])("%j is refused", async (words, said) => {
    expect(await say("redrive", ...words)).toMatchObject({ code: 1, out: "", err: expect.stringMatching(said) });
  });
});

test("stop all that run of a machine; what is recorded is no filter", async () => {
  const all = ["--machine", "orders", "--error", "Ops", "--cause", "the bank is down"];
  expect((await say("stop", ...all, "--dry-run")).out).toMatch(/waits-2 +RUNNING.*\nwaits-1 +RUNNING/);
  expect(await say("stop", ...all)).toMatchObject({ code: 0, out: expect.stringMatching(/waits-1\n2 stopped\n$/) });
  expect(await listed("--error", "Ops")).toEqual(["waits-2 ABORTED", "waits-1 ABORTED"]);
  const again = await say("stop", ...all);
  expect(again).toMatchObject({
    code: 0,
    out: "0 stopped\n",
    err: "orders has no execution that is meant (RUNNING)\n",
  });
  const named = await say("stop", "orders/waits-1", "orders/waits-2", "--json");
  expect(JSON.parse(named.out)).toMatchObject([{ endedBefore: "ABORTED" }, { endedBefore: "ABORTED" }]);
});
