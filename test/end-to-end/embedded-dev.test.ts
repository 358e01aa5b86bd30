/** What `baton dev` says and how it ends: one ready line, what it resumed, whose folder it is, a clean end. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { type Dev, startDev, startServing } from "./embedded/dev.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-dev-"));
const data = join(folder, "data");
const definition = join(folder, "patient.asl.json");
writeFileSync(
  definition,
  JSON.stringify({ StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 86_400, End: true } } }),
);
let first: Dev;
beforeAll(async () => {
  first = await startDev("--data", data, "--quiet", definition);
});
afterAll(async () => {
  await first.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("baton dev", () => {
  test("prints one ready line with --quiet, refuses the folder to others, and resumes what was open", async () => {
    expect(first.said()).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+\n$/);

    await expect(startDev("--data", data)).rejects.toThrow(
      /ended with 1 before it was ready:\nthe folder '.*' is in use by process \d+; stop that process or choose another folder\n$/,
    );
    const port = new URL(first.url).port;
    await expect(startDev("--data", join(folder, "other"), "--port", port)).rejects.toThrow(
      `port ${port} is taken; is Baton running already? Choose another with --port, or a free one with --port 0`,
    );

    const client = connect(first.url);
    const { stateMachines } = await client.call("ListStateMachines", {});
    const { stateMachineArn } = stateMachines[0];
    for (const name of ["one", "two"]) await client.call("StartExecution", { stateMachineArn, name });
    expect(await first.stop()).toBe(0);

    const second = await startDev("--data", data);
    expect(second.said()).toContain("\nresumed 2 executions\n");
    const { executions } = await connect(second.url).call("ListExecutions", { stateMachineArn });
    expect(executions.map(({ status }: { status: string }) => status)).toEqual(["RUNNING", "RUNNING"]);
    expect(await second.stop()).toBe(0);
  });

  test("a definition that is saved is deployed, one that is not valid is told of, and what stood there stays", async () => {
    const machines = join(folder, "machines");
    mkdirSync(machines);
    const write = (seconds: unknown): void =>
      writeFileSync(
        join(machines, "rest.asl.json"),
        JSON.stringify({ StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: seconds, End: true } } }),
      );
    write(60);
    const dev = await startDev("--data", join(folder, "saved"), machines);
    const client = connect(dev.url);
    const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:rest";
    const definition = async (): Promise<string> =>
      (await client.call("DescribeStateMachine", { stateMachineArn })).definition;
    expect(await definition()).toContain('"Seconds":60');
    write(7);
    await expect.poll(definition, { timeout: 20_000 }).toContain('"Seconds":7');
    write("soon");
    await expect.poll(dev.said, { timeout: 20_000 }).toMatch(/rest\.asl\.json is not valid/);
    expect(await definition()).toContain('"Seconds":7');
    expect(dev.said()).toContain("machine  rest  as saved\n");
    expect(await dev.stop()).toBe(0);
  });

  test("a definition that is not valid ends it with every problem, and gives the folder back", async () => {
    const broken = join(folder, "broken.asl.json");
    writeFileSync(broken, JSON.stringify({ StartAt: "Nowhere", States: { Here: { Type: "Pass" } } }));
    const elsewhere = join(folder, "elsewhere");
    await expect(startDev("--data", elsewhere, broken)).rejects.toThrow(/Missing 'Next' target: Nowhere/);
    const next = await startDev("--data", elsewhere, "--json");
    expect(JSON.parse(next.said())).toEqual({ ready: next.url, resumed: 0, machines: [] });
    expect(await next.stop()).toBe(0);
  });

  test("a store that can no longer be written ends it with a sentence, and what it answered is there at the next start", async () => {
    // No file may grow beyond 12,000 KB: as good as a full disk, and every user can have it.
    const confined = ["bash", "-c", `trap "" XFSZ; ulimit -f 12000; exec "$@"`, "bash", process.execPath] as const;
    const full = join(folder, "full");
    const dev = await startServing(["dev", "--port", "0", "--data", full, "--quiet", definition], {}, confined);
    const client = connect(dev.url);
    const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:patient";
    const answered: string[] = [];
    const start = async (name: string): Promise<boolean> => {
      const input = JSON.stringify(randomBytes(200_000).toString("hex"));
      const taken = client.call("StartExecution", { stateMachineArn, name, input }).then(
        () => true,
        () => false,
      );
      if (await taken) answered.push(name);
      return taken;
    };
    for (let count = 0; count < 200 && (await start(`e${count}`)); ) count += 1;
    expect(await dev.ended).toBe(1);
    expect(dev.said()).toMatch(
      /^the store in '.*full' can no longer be written: .*\. Nothing that was acknowledged is lost: /m,
    );
    expect(dev.said()).not.toContain("Commit failed (see");

    const again = await startDev("--data", full, "--quiet");
    const { executions } = await connect(again.url).call("ListExecutions", { stateMachineArn, maxResults: 1000 });
    expect(executions.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(answered));
    expect(answered.length).toBeGreaterThan(5);
    await again.kill();
  });
});
