/**
 * The functions as Lambda calls them, on real servers: a client of the AWS SDK talks to `api` through API
 * Gateway's event, and the queues' messages go through `advance` and `tasks` until nothing is left.
 */
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, describe, expect, test } from "vitest";
import { eventOf, type FunctionsForTests, openFunctionsForTests } from "./functions.ts";
import { serversForAws } from "./world.ts";

const servers = await serversForAws();
const skipped = servers.kind === "missing";
const title = `the functions on real servers${skipped ? ` (skipped: ${servers.reason})` : ""}`;

describe.skipIf(skipped)(title, async () => {
  if (servers.kind === "missing") return test.skipIf(skipped)("all of them", () => {});
  const accessKey = { accessKeyId: "BATONTESTKEY0001", secretAccessKey: randomBytes(20).toString("hex") };
  const { api, timers, workOnce, world } = await openFunctionsForTests(accessKey, []);
  const sfn = clientOf(api, accessKey);

  afterAll(async () => {
    world.close();
    await servers.stop();
  });

  async function workUntilIdle(): Promise<void> {
    while ((await workOnce()) > 0);
  }

  async function start(definition: object, input: unknown = {}): Promise<string> {
    const name = `m${randomBytes(4).toString("hex")}`;
    const roleArn = "arn:aws:iam::123456789012:role/machine";
    const made = await sfn.send(
      new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }),
    );
    const command = new StartExecutionCommand({ stateMachineArn: made.stateMachineArn, input: JSON.stringify(input) });
    return (await sfn.send(command)).executionArn ?? "";
  }

  const pass = (next?: string): object => ({ Type: "Pass", ...(next ? { Next: next } : { End: true }) });
  const branch = (): object => ({ StartAt: "Inner", States: { Inner: pass() } });
  const items = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  test.each([
    // what                    definition                                                                     input       output
    ["three Pass states", { StartAt: "A", States: { A: pass("B"), B: pass("C"), C: pass() } }, { x: 1 }, { x: 1 }],
    [
      "a Parallel",
      {
        StartAt: "P",
        States: {
          P: {
            Type: "Parallel",
            Branches: [
              { StartAt: "A", States: { A: pass() } },
              { StartAt: "B", States: { B: pass() } },
            ],
            End: true,
          },
        },
      },
      { x: 1 },
      [{ x: 1 }, { x: 1 }],
    ],
    [
      "a Map of 300, wider than a group",
      {
        StartAt: "M",
        States: { M: { Type: "Map", MaxConcurrency: 40, ItemProcessor: branch(), End: true } },
      },
      items(300),
      items(300),
    ],
    [
      "a Map in a Map",
      {
        StartAt: "M",
        States: {
          M: {
            Type: "Map",
            ItemProcessor: {
              StartAt: "N",
              States: { N: { Type: "Map", ItemProcessor: branch(), End: true } },
            },
            End: true,
          },
        },
      },
      [[1, 2], [3], []],
      [[1, 2], [3], []],
    ],
  ])(
    "%s runs to its end",
    async (_, definition, input, output) => {
      const executionArn = await start(definition, input);
      await workUntilIdle();
      const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      expect(described.status).toBe("SUCCEEDED");
      expect(JSON.parse(described.output ?? "")).toEqual(output);
      const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
      expect(events?.at(0)?.type).toBe("ExecutionStarted");
      if ((events?.length ?? 0) < 1_000) expect(events?.at(-1)?.type).toBe("ExecutionSucceeded");
    },
    120_000,
  );

  test("a payload of half a megabyte passes through", async () => {
    const text = randomBytes(300_000).toString("base64");
    const executionArn = await start({ StartAt: "A", States: { A: pass("B"), B: pass() } }, { text });
    await workUntilIdle();
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(described.status).toBe("SUCCEEDED");
    expect(JSON.parse(described.output ?? "")).toEqual({ text });
  });

  test("a Wait beyond the queue's horizon is a timer; stopped, the execution is listed as aborted", async () => {
    const executionArn = await start({
      StartAt: "W",
      States: { W: { Type: "Wait", Seconds: 86_400, Next: "A" }, A: pass() },
    });
    await workUntilIdle();
    await sfn.send(new StopExecutionCommand({ executionArn, error: "Enough" }));
    const { status, error } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect({ status, error }).toEqual({ status: "ABORTED", error: "Enough" });
    const stateMachineArn = executionArn.replace(":execution:", ":stateMachine:").replace(/:[^:]*$/, "");
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: "ABORTED" }));
    expect(executions?.map((one) => one.executionArn)).toEqual([executionArn]);
    expect(await timers()).toEqual({ sent: 0 });
  });

  test("a request signed with another key is refused", async () => {
    const stranger = clientOf(api, { ...accessKey, secretAccessKey: "guess" });
    await expect(stranger.send(new ListExecutionsCommand({ stateMachineArn: "arn" }))).rejects.toThrow(/signature/i);
  });
});

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** A client of the SDK whose requests become API Gateway's events. */
function clientOf(api: FunctionsForTests["api"], credentials: Credentials): SFNClient {
  const domainName = "baton.example.com";
  return new SFNClient({
    region: "us-east-1",
    credentials,
    endpoint: `https://${domainName}`,
    disableHostPrefix: true,
    requestHandler: {
      handle: async (request: {
        method: string;
        path: string;
        headers: Record<string, string>;
        body?: string | Uint8Array;
      }) => {
        const sent = typeof request.body === "object" ? new TextDecoder().decode(request.body) : request.body;
        const event = eventOf(request.method, new URL(request.path, `https://${domainName}`), request.headers, sent);
        const { statusCode = 500, headers = {}, body = "" } = await api(event);
        const response = {
          statusCode,
          headers: headers as Record<string, string>,
          body: Readable.from([Buffer.from(body)]),
        };
        return { response: response as never }; // the SDK asks for the fields, not for its class
      },
    },
  });
}
