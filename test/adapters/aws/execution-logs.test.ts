/** Logs of executions in CloudWatch Logs: on moto what arrives, and by themselves the limits of a request. */
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, describe, expect, test } from "vitest";
import { batchesOf, openExecutionLogs } from "../../../lib/adapters/aws/execution-logs.ts";
import { startServers } from "../../servers/servers.ts";

const servers = await startServers({ s3: true });
const skipped = servers.kind === "missing";

describe.skipIf(skipped)(`on a server${skipped ? ` (skipped: ${servers.reason})` : ""}`, () => {
  if (servers.kind === "missing") return;
  const { environment } = servers;
  const client = new CloudWatchLogsClient({
    region: "us-east-1",
    endpoint: environment["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"] ?? "",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  const reported: unknown[] = [];
  const open = (process: string) => openExecutionLogs({ process, client, report: (error) => reported.push(error) });
  const logs = open("process");
  const arn = (group: string) => `arn:aws:logs:us-east-1:123456789012:log-group:${group}:*`;
  const now = Date.now();
  afterAll(() => servers.stop());

  test("lines come to the group's stream of this machine and process; another process is no hindrance", async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: "mine" }));
    const destination = { group: arn("mine"), machine: "orders" };
    await logs.write(destination, [{ at: now, text: '{"id":"1"}' }]);
    await logs.write(destination, [{ at: now + 1, text: '{"id":"2"}' }]);
    await open("process").write(destination, [{ at: now + 2, text: '{"id":"3"}' }]);
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName: "mine" }));
    expect(events.map(({ logStreamName, timestamp, message }) => [logStreamName, timestamp, message])).toEqual([
      ["states/orders/process", now, '{"id":"1"}'],
      ["states/orders/process", now + 1, '{"id":"2"}'],
      ["states/orders/process", now + 2, '{"id":"3"}'],
    ]);
    expect(reported).toEqual([]);
  });

  test("a group that is not there is reported, and does no harm; once it is there, it gets what comes", async () => {
    const destination = { group: arn("late"), machine: "orders" };
    await logs.write(destination, [{ at: now, text: "lost" }]);
    expect(String(reported[0])).toContain("ResourceNotFound");
    await client.send(new CreateLogGroupCommand({ logGroupName: "late" }));
    await logs.write(destination, [{ at: now, text: "kept" }]);
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName: "late" }));
    expect(events.map(({ message }) => message)).toEqual(["kept"]);
  });
});

test("a request holds no more than CloudWatch takes, in order of time", () => {
  const long = "x".repeat(400_000);
  const batches = batchesOf([3, 1, 2].map((at) => ({ at, text: `${at}${long}` })));
  expect(batches.map((batch) => batch.map(({ timestamp }) => timestamp))).toEqual([[1, 2], [3]]);
  const many = batchesOf(Array.from({ length: 25_000 }, (_, at) => ({ at, text: "" })));
  expect(many.map(({ length }) => length)).toEqual([10_000, 10_000, 5_000]);
  const day = 24 * 3_600_000;
  const days = batchesOf([0, day - 1, day, 2 * day].map((at) => ({ at, text: "" })));
  expect(days.map((batch) => batch.map(({ timestamp }) => timestamp))).toEqual([[0, day - 1], [day], [2 * day]]);
});

test("a record that is too long for one event goes without its data, and says so", () => {
  const details = { input: "x".repeat(2_000_000), inputDetails: { truncated: false }, name: "A" };
  const [[event] = []] = batchesOf([{ at: 1, text: JSON.stringify({ id: "1", type: "PassStateEntered", details }) }]);
  expect(JSON.parse(event?.message ?? "")).toEqual({
    id: "1",
    type: "PassStateEntered",
    details: { input: "", inputDetails: { truncated: true }, name: "A" },
  });
});
