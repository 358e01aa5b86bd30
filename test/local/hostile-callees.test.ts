/** What is called misbehaves in every way at once, and Baton runs embedded: the right error each time, and nobody else is harmed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { EngineOptions } from "../../lib/engine/engine.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { type HostileCase, hostileCases, machineCalling, startHostileServer } from "../integrations/hostile.ts";
import {
  connections,
  type FamilyCase,
  familyCases,
  hearFamilies,
  nestedCases,
  sleeper,
} from "../integrations/hostile-families.ts";

const isEndless = ({ name }: HostileCase): boolean => name.endsWith("endless");

/** All of them at once are more than a slow machine does in a usual test's time. */
const patience = 90_000;

/** A worker's limit of a second: the lease, less the time to write the result down. */
const impatient = { leaseMilliseconds: 31_000 };

const functions = hostileCases.map((one) => ({ ...one, counted: one.name, definition: machineCalling(one) }));
const server = await startHostileServer(hearFamilies);
const cases: readonly FamilyCase[] = [...functions, ...familyCases(server.url), ...nestedCases];
afterAll(() => server.close());

describe.each([
  ["", {}, cases.filter((one) => !isEndless(one))],
  [", and takes longer than a worker may", impatient, cases.filter(isEndless)],
] as const)("what is called misbehaves%s", (_, engine: Partial<EngineOptions>, these) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-hostile-"));
  const settings = { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any", AWS_REGION: "us-east-1" };
  const roleArn = "arn:aws:iam::000000000000:role/any";
  let baton: LocalBaton;
  let states: SFNClient;
  const executions = new Map<string, string>();
  const calls = new Map<string, number>();

  beforeAll(async () => {
    for (const [name, value] of Object.entries({ ...settings, AWS_ENDPOINT_URL: server.url })) vi.stubEnv(name, value);
    const file = join(folder, "connections.json");
    writeFileSync(file, JSON.stringify(connections));
    baton = await startLocal({ folder, port: 0, engine, connections: file, httpToLoopback: true });
    states = new SFNClient({ endpoint: baton.url, disableHostPrefix: true });
    await states.send(new CreateStateMachineCommand({ ...sleeper, roleArn }));
    for (const { name, definition } of these) {
      const { stateMachineArn } = await states.send(new CreateStateMachineCommand({ name, definition, roleArn }));
      executions.set(name, stateMachineArn ?? "");
    }
    for (const [name, stateMachineArn] of [...executions]) {
      const { executionArn = "" } = await states.send(new StartExecutionCommand({ stateMachineArn }));
      executions.set(name, executionArn);
    }
    // One for itself, one for the execution that calls it.
    for (const { counted } of these) calls.set(counted, (calls.get(counted) ?? 0) + 1);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await baton.close();
    rmSync(folder, { recursive: true });
  });

  const ended = (executionArn: string): Promise<DescribeExecutionCommandOutput> =>
    vi.waitFor(
      async () => {
        const described = await states.send(new DescribeExecutionCommand({ executionArn }));
        if (described.status === "RUNNING") throw new Error(`${executionArn} still runs`);
        return described;
      },
      { timeout: patience, interval: 50 },
    );

  test.each(these.map((one) => [one.name, one] as const))(
    "%s",
    async (name, { status, error, cause, counted }) => {
      const end = await ended(executions.get(name) ?? "");
      expect({ status: end.status, error: end.error }).toMatchObject({ status, ...(error && { error }) });
      if (cause !== undefined) expect(end.cause).toMatch(cause);
      if (/large$/.test(name)) expect(end.output?.length).toBeGreaterThan(10 * 1024 * 1024);
      // None where the state's time was over before its call was made, as on a busy machine.
      expect(server.calls.get(counted) ?? 0).toBeLessThanOrEqual(calls.get(counted) ?? 0);
    },
    patience,
  );
});
