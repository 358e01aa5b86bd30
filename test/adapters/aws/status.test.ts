/** What CloudWatch and EventBridge are told of an execution: names, units and shapes of the service. */
import { CreateEventBusCommand, EventBridgeClient, type PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, describe, expect, test } from "vitest";
import { embeddedMetrics } from "../../../lib/adapters/aws/metrics.ts";
import { statusEvents } from "../../../lib/adapters/aws/status-events.ts";
import type { StatusChange } from "../../../lib/engine/watch-port.ts";
import { startServers } from "../../servers/servers.ts";

const running: StatusChange = {
  type: "STANDARD",
  executionArn: "arn:aws:states:us-east-1:123456789012:execution:orders:one",
  stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:orders",
  machine: "orders",
  name: "one",
  status: "RUNNING",
  startedAt: 1_000,
  redriveCount: 0,
  input: async () => '{"n":0.0}',
  again: false,
};
const failed: StatusChange = { ...running, status: "FAILED", stoppedAt: 4_500, error: "E", cause: "so" };
const billing = { billedDurationInMilliseconds: 300, billedMemoryUsedInMB: 64 };

describe("metrics", () => {
  test.each<[StatusChange, Record<string, number>]>([
    [running, { ExecutionsStarted: 1 }],
    [failed, { ExecutionsFailed: 1, ExecutionTime: 3_500 }],
    [
      { ...failed, status: "TIMED_OUT" },
      { ExecutionsTimedOut: 1, ExecutionTime: 3_500 },
    ],
    [
      { ...failed, status: "ABORTED" },
      { ExecutionsAborted: 1, ExecutionTime: 3_500 },
    ],
    [{ ...running, redriveCount: 1, redrivenAt: 9 }, { ExecutionsRedriven: 1 }],
    [
      { ...failed, status: "SUCCEEDED", redriveCount: 1 },
      { ExecutionsSucceeded: 1, RedrivenExecutionsSucceeded: 1, ExecutionTime: 3_500 },
    ],
    [
      { ...failed, type: "EXPRESS", status: "SUCCEEDED", billing },
      {
        ExecutionsSucceeded: 1,
        ExecutionTime: 3_500,
        ExpressExecutionBilledDuration: 300,
        ExpressExecutionBilledMemory: 64,
      },
    ],
  ])("%#: one line, by state machine", async (change, values) => {
    const lines: string[] = [];
    await embeddedMetrics((line) => lines.push(line)).changed(change);
    expect(lines).toHaveLength(1);
    const { _aws, StateMachineArn, ...found } = JSON.parse(lines[0] ?? "");
    expect([StateMachineArn, found]).toEqual([change.stateMachineArn, values]);
    const [{ Namespace, Dimensions, Metrics }] = _aws.CloudWatchMetrics;
    expect([Namespace, Dimensions]).toEqual(["Baton/States", [["StateMachineArn"]]]);
    expect(Metrics.map(({ Name }: { Name: string }) => Name)).toEqual(Object.keys(values));
  });

  test("what is told again is not counted again", async () => {
    const lines: string[] = [];
    await embeddedMetrics((line) => lines.push(line)).changed({ ...failed, again: true });
    expect(lines).toEqual([]);
  });
});

describe("events", () => {
  function bus(answer: object = {}) {
    const sent: PutEventsCommand["input"][] = [];
    const reported: unknown[] = [];
    const client = {
      send: (async ({ input }: PutEventsCommand) => {
        sent.push(input);
        return answer;
      }) as never,
    };
    return { sent, reported, watcher: statusEvents({ bus: "mine", client, report: (error) => reported.push(error) }) };
  }

  const detail = {
    executionArn: failed.executionArn,
    stateMachineArn: failed.stateMachineArn,
    name: "one",
    status: "FAILED",
    startDate: 1_000,
    stopDate: 4_500,
    input: '{"n":0.0}',
    inputDetails: { included: true },
    output: null,
    outputDetails: null,
    error: "E",
    cause: "so",
    redriveCount: 0,
    redriveDate: null,
  };

  test("a change is an event of the service's form, under a source of our own", async () => {
    const { sent, watcher } = bus();
    await watcher.changed(failed);
    const [entry] = sent[0]?.Entries ?? [];
    expect(entry).toMatchObject({
      EventBusName: "mine",
      Source: "baton.states",
      DetailType: "Step Functions Execution Status Change",
      Resources: [failed.executionArn],
      Time: new Date(4_500),
    });
    expect(JSON.parse(entry?.Detail ?? "")).toEqual(detail);
  });

  test("payloads that are too large stay out; Express executions send none; a refusal is reported", async () => {
    const large = bus();
    await large.watcher.changed({ ...failed, input: async () => `"${"x".repeat(250_000)}"` });
    const [entry] = large.sent[0]?.Entries ?? [];
    expect(JSON.parse(entry?.Detail ?? "")).toEqual({ ...detail, input: null, inputDetails: { included: false } });
    const express = bus();
    await express.watcher.changed({ ...failed, type: "EXPRESS" });
    expect(express.sent).toEqual([]);
    const refusing = bus({ Entries: [{ ErrorCode: "AccessDenied", ErrorMessage: "no" }] });
    await refusing.watcher.changed(failed);
    expect(String(refusing.reported)).toContain("AccessDenied: no");
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
    await statusEvents({ bus: "mine", client, report: (error) => reported.push(error) }).changed(failed);
    expect(reported).toEqual([]);
  });
});
