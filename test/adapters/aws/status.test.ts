/** What CloudWatch and EventBridge are told: the shapes of the services. */
import { CreateEventBusCommand, EventBridgeClient, type PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, describe, expect, test } from "vitest";
import { embeddedMetrics } from "../../../lib/adapters/aws/metrics.ts";
import { eventBridge } from "../../../lib/adapters/aws/status-events.ts";
import { startServers } from "../../servers/servers.ts";

const executionArn = "arn:aws:states:us-east-1:123456789012:execution:orders:one";
const event = { executionArn, at: 4_500, detail: '{"status":"FAILED"}' };

test("metrics are lines in CloudWatch's embedded format", () => {
  const lines: string[] = [];
  embeddedMetrics((line) => lines.push(line)).put({
    at: 4_500,
    of: { StateMachineArn: "arn", Version: "2" },
    by: [["StateMachineArn"], ["StateMachineArn", "Version"]],
    values: [
      ["ExecutionsFailed", 1, "Count"],
      ["ExecutionTime", 3_500, "Milliseconds"],
    ],
  });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      _aws: {
        Timestamp: 4_500,
        CloudWatchMetrics: [
          {
            Namespace: "Baton/States",
            Dimensions: [["StateMachineArn"], ["StateMachineArn", "Version"]],
            Metrics: [
              { Name: "ExecutionsFailed", Unit: "Count" },
              { Name: "ExecutionTime", Unit: "Milliseconds" },
            ],
          },
        ],
      },
      StateMachineArn: "arn",
      Version: "2",
      ExecutionsFailed: 1,
      ExecutionTime: 3_500,
    },
  ]);
});

describe("events", () => {
  function bus(...answers: readonly object[]) {
    const sent: PutEventsCommand["input"][] = [];
    const reported: unknown[] = [];
    const client = {
      send: (async ({ input }: PutEventsCommand) => {
        sent.push(input);
        return answers[sent.length - 1] ?? {};
      }) as never,
    };
    const report = (error: unknown): unknown => reported.push(error);
    return { sent, reported, events: eventBridge({ bus: "mine", client, report, pause: async () => {} }) };
  }

  test("a change is an event of the service's form, under a source of our own", async () => {
    const { sent, events } = bus();
    await events.send(event);
    expect(sent[0]?.Entries).toEqual([
      {
        EventBusName: "mine",
        Source: "baton.states",
        DetailType: "Step Functions Execution Status Change",
        Resources: [executionArn],
        Time: new Date(4_500),
        Detail: event.detail,
      },
    ]);
  });

  test("a refusal is reported", async () => {
    const refusing = bus({ Entries: [{ ErrorCode: "AccessDenied", ErrorMessage: "no" }] });
    await refusing.events.send(event);
    expect(String(refusing.reported)).toContain("AccessDenied: no");
    expect(refusing.sent).toHaveLength(1);
  });

  test("what the bus cannot take at the moment is sent again, a few times", async () => {
    const busy = { Entries: [{ ErrorCode: "ThrottlingException", ErrorMessage: "slow down" }] };
    const passing = bus(busy, busy);
    await passing.events.send(event);
    expect(passing.reported).toEqual([]);
    expect(passing.sent).toHaveLength(3);
    const lasting = bus(busy, busy, busy);
    await lasting.events.send(event);
    expect(String(lasting.reported)).toContain("ThrottlingException: slow down");
    expect(lasting.sent).toHaveLength(3);
  });
});

const servers = await startServers({ s3: true });
const skipped = servers.kind === "missing";

describe.skipIf(skipped)(`on a server${skipped ? ` (skipped: ${servers.reason})` : ""}`, () => {
  if (servers.kind === "missing") return;
  afterAll(() => servers.stop());

  test("EventBridge takes the event", async () => {
    const endpoint = servers.environment["AWS_ENDPOINT_URL_EVENTBRIDGE"] ?? "";
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const client = new EventBridgeClient({ region: "us-east-1", endpoint, credentials });
    await client.send(new CreateEventBusCommand({ Name: "mine" }));
    const reported: unknown[] = [];
    await eventBridge({ bus: "mine", client, report: (error) => reported.push(error) }).send(event);
    expect(reported).toEqual([]);
  });
});
