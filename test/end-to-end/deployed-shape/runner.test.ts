/** The runner itself, with stub functions: it must do what Lambda, SQS and API Gateway do. */
import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { Duration } from "aws-cdk-lib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functions } from "../../../lib/adapters/aws/names.ts";
import { type Servers, startServers } from "../../servers/servers.ts";
import { eventually } from "./eventually.ts";
import { type DeployedShape, startDeployedShape } from "./shape.ts";
import { synthesize } from "./synthesize.ts";

const started = await startServers({ dynamodb: true, sqs: true, s3: true });
const title = started.kind === "started" ? "the runner" : `the runner (skipped: ${started.reason})`;

describe.runIf(started.kind === "started")(title, () => {
  const { environment } = started as Servers;
  let shape: DeployedShape;

  beforeAll(async () => {
    const assembly = synthesize({ bundles: stubBundles(), advanceTimeout: Duration.seconds(3) });
    shape = await startDeployedShape({ assembly, servers: environment, minuteMilliseconds: 3_600_000 });
  }, 60_000);

  afterAll(async () => {
    await shape?.stop();
    await (started as Servers).stop();
  });

  test("says what it left out", () => {
    expect(shape.leftOut).toContain("AWS::CloudWatch::Alarm");
    expect(shape.leftOut).toContain("AWS::DynamoDB::Table PointInTimeRecoverySpecification");
  });

  test("a message is delivered once and deleted", async () => {
    await send("flow", { id: "once", act: "succeed" });
    await eventually("the message is gone", () => empty("QueueUrl"));
    expect(await notes("once")).toMatchObject([{ by: "BatonAdvance", receives: 1 }]);
  });

  test.each(["fail", "throw", "exit", "malformed"])("a batch that ends with '%s' comes back", async (act) => {
    await send("flow", { id: act, act, at: 2 });
    await eventually("the third receive", async () => (await notes(act)).find(({ receives }) => receives === 3));
    await eventually("the message is gone", () => empty("QueueUrl"));
    expect((await notes(act)).map(({ receives }) => receives)).toEqual([1, 2, 3]);
  });

  test("one failure of a batch brings back one message", async () => {
    const acts = ["succeed", "fail", "succeed", "succeed"];
    await Promise.all(acts.map((act, index) => send("flow", { id: `batch ${index}`, act, at: 1 })));
    const receives = () => Promise.all(acts.map(async (_, index) => (await notes(`batch ${index}`)).length));
    await eventually(
      "each receive",
      async () => (await receives()).reduce((sum, each) => sum + each) >= 5 || undefined,
    );
    await eventually("the messages are gone", () => empty("QueueUrl"));
    expect(await receives()).toEqual([1, 2, 1, 1]);
  });

  test("a function is killed at its time-out", async () => {
    const before = shape.find("BatonAdvance").counts.failures;
    await send("flow", { id: "late", act: "hang", at: 1 });
    await eventually("the second receive", async () => (await notes("late")).length === 2 || undefined);
    const [first, second] = await notes("late");
    await eventually("the first has failed", () => shape.find("BatonAdvance").counts.failures > before || undefined);
    expect(first?.process).not.toBe(second?.process);
  });

  test("a call that the function's role does not allow is refused", async () => {
    await send("flow", { id: "thief", act: "steal", at: 1 });
    await eventually("the second receive", async () => (await notes("thief")).length === 2 || undefined);
    const { AccessKeySecret, IssuedKeysSecret } = shape.outputs;
    expect(shape.denied.map((each) => each.replace(/^(BatonAdvance)\S+/, "$1"))).toEqual([
      `BatonAdvance secretsmanager:GetSecretValue ${AccessKeySecret},${IssuedKeysSecret}`,
    ]);
  });

  test("after twenty receives it is a dead letter", async () => {
    await send("tasks", { id: "dead", act: "fail" });
    const dead = await eventually("the dead letter", async () =>
      (await notes("dead")).find(({ by }) => by === "BatonDeadLetters"),
    );
    expect(dead.receives).toBeGreaterThan(0);
    expect((await notes("dead")).filter(({ by }) => by === "BatonTasks")).toHaveLength(20);
    await eventually("the dead-letter queue is empty", () => empty("DlqUrl"));
  }, 60_000);

  test("the schedule runs when a minute is let pass", async () => {
    expect(await shape.minute()).toEqual([{ kind: "returned", payload: "null" }]);
    expect(await notes("minute")).toHaveLength(1);
  });

  test("a request becomes an event and an answer a response", async () => {
    const response = await fetch(`${shape.endpoint}/a%20b/c?x=1&x=2`, {
      method: "PUT",
      headers: { "content-type": "application/x-amz-json-1.0", cookie: "k=v; l=w", "x-twice": "1" },
      body: '{"é":1}',
    });
    const seen = JSON.parse(await response.text());
    expect(response.status).toBe(201);
    expect(response.headers.get("x-seen")).toBe("yes");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(seen.body).toBe('{"é":1}');
    expect(seen.event).toMatchObject({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/a b/c",
      rawQueryString: "x=1&x=2",
      queryStringParameters: { x: "1,2" },
      cookies: ["k=v", "l=w"],
      isBase64Encoded: true,
      requestContext: { http: { method: "PUT", path: "/a b/c" }, stage: "$default" },
    });
    expect(seen.remaining).toBeGreaterThan(25_000);
    expect(seen.remaining).toBeLessThanOrEqual(29_000);
  });

  test("an environment lives on, and is replaced when it is killed", async () => {
    const ask = async (): Promise<{ pid: number; invocations: number }> =>
      JSON.parse(await (await fetch(shape.endpoint)).text());
    const first = await ask();
    expect(await ask()).toMatchObject({ pid: first.pid, invocations: first.invocations + 1 });
    await shape.find("BatonApi").kill();
    expect(await ask()).toMatchObject({ invocations: 1 });
  });

  test("10 MB is the most of a request, 6 MB of an event", async () => {
    const post = (bytes: number) => fetch(shape.endpoint, { method: "POST", body: Buffer.alloc(bytes, "x") });
    expect((await post(11_000_000)).status).toBe(413);
    expect((await post(5_500_000)).status).toBe(500);
  });

  async function send(lane: "flow" | "tasks", body: object): Promise<void> {
    const variable = { flow: "BATON_FLOW_QUEUE_URL", tasks: "BATON_TASKS_QUEUE_URL" }[lane];
    const QueueUrl = shape.find("BatonAdvance").spec.environment[variable];
    await shape.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
  }

  async function notes(id: string): Promise<{ by: string; receives: number; process: string }[]> {
    const { Items = [] } = await shape.clients.dynamodb.send(
      new QueryCommand({
        TableName: shape.outputs["TableName"],
        KeyConditionExpression: "pk = :id",
        ExpressionAttributeValues: { ":id": { S: id } },
      }),
    );
    const rows = Items.map(({ sk }) => sk?.S?.split(" ") ?? []);
    return rows
      .map(([by = "", receives, , process = ""]) => ({
        by: by.replace(/Function.*/, ""),
        receives: Number(receives),
        process,
      }))
      .sort((a, b) => a.receives - b.receives);
  }

  async function empty(output: string): Promise<true | undefined> {
    const QueueUrl = shape.outputs[output];
    const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes } = await shape.clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.every((name) => Attributes?.[name] === "0") || undefined;
  }
});

/** The same stub for each function, where `npm run build` would have put its bundle. */
function stubBundles(): string {
  const folder = mkdtempSync(join(tmpdir(), "baton-stubs-"));
  for (const name of functions) {
    mkdirSync(join(folder, name));
    cpSync(join(import.meta.dirname, "stubs", "function.mjs"), join(folder, name, "index.mjs"));
  }
  return folder;
}
