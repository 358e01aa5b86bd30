/** What is called misbehaves in every way at once, and Baton runs embedded: the right error each time, and nobody else is harmed. */
import { mkdtempSync, rmSync } from "node:fs";
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
import {
  type HostileCase,
  type HostileServer,
  hostileCases,
  machineCalling,
  startHostileServer,
} from "../integrations/hostile.ts";

const isEndless = ({ name }: HostileCase): boolean => name === "endless";

/** A worker's limit of a second: the lease, less the time to write the result down. */
const impatient = { leaseMilliseconds: 31_000 };

describe.each([
  ["", {}, hostileCases.filter((one) => !isEndless(one))],
  [", and takes longer than a worker may", impatient, hostileCases.filter(isEndless)],
] as const)("what is called misbehaves%s", (_, engine: Partial<EngineOptions>, cases) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-hostile-"));
  const settings = { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any", AWS_REGION: "us-east-1" };
  let server: HostileServer;
  let baton: LocalBaton;
  let states: SFNClient;
  const executions = new Map<string, string>();

  beforeAll(async () => {
    server = await startHostileServer();
    for (const [name, value] of Object.entries({ ...settings, AWS_ENDPOINT_URL_LAMBDA: server.url })) {
      vi.stubEnv(name, value);
    }
    baton = await startLocal({ folder, port: 0, engine });
    states = new SFNClient({ endpoint: baton.url, disableHostPrefix: true });
    const roleArn = "arn:aws:iam::000000000000:role/any";
    for (const one of cases) {
      const made = new CreateStateMachineCommand({ name: one.name, definition: machineCalling(one), roleArn });
      const { stateMachineArn } = await states.send(made);
      const { executionArn = "" } = await states.send(new StartExecutionCommand({ stateMachineArn }));
      executions.set(one.name, executionArn);
    }
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
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
      { timeout: 30_000, interval: 50 },
    );

  test.each(cases.map((one) => [one.name, one] as const))("%s", async (name, { status, error, cause }) => {
    const end = await ended(executions.get(name) ?? "");
    expect({ status: end.status, error: end.error }).toMatchObject({ status, ...(error && { error }) });
    if (cause !== undefined) expect(end.cause).toMatch(cause);
    if (name === "large") expect(end.output).toHaveLength(10 * 1024 * 1024 + 2);
    expect(server.calls.get(name)).toBe(1);
  });
});
