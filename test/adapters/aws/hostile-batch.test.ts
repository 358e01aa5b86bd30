/**
 * One batch of the queue for tasks, as Lambda hands it over on real servers: each message calls a function that
 * misbehaves in another way, two of them are poison, one takes longer than the function lives. Each execution has
 * the right error, and only what is not done is reported.
 */
import { randomBytes } from "node:crypto";
import type { Message } from "@aws-sdk/client-sqs";
import { afterAll, describe, expect, test } from "vitest";
import { describeExecution } from "../../../lib/engine/describe.ts";
import { createEngine, type Engine } from "../../../lib/engine/engine.ts";
import { headOf } from "../../../lib/engine/head.ts";
import { saveDefinition } from "../../../lib/engine/machines.ts";
import type { ExecutionId } from "../../../lib/engine/ports.ts";
import { startExecution } from "../../../lib/engine/start.ts";
import { hostileCases, machineCalling, startHostileServer } from "../../integrations/hostile.ts";
import { account, openFunctionsForTests } from "./functions.ts";
import { serversForAws } from "./world.ts";

const servers = await serversForAws();
const skipped = servers.kind === "missing";
const title = `a batch of calls that go wrong${skipped ? ` (skipped: ${servers.reason})` : ""}`;

/** Five seconds of it are kept for answering. */
const remaining = 17_000;

describe.skipIf(skipped)(title, async () => {
  if (servers.kind === "missing") return test.skipIf(skipped)("all of it", () => {});
  const hostile = await startHostileServer();
  process.env["AWS_ENDPOINT_URL_LAMBDA"] = hostile.url;
  const accessKey = { accessKeyId: "BATONTESTKEY0001", secretAccessKey: randomBytes(20).toString("hex") };
  const functions = await openFunctionsForTests(accessKey, [], 60);
  const engine = createEngine(functions.world);

  afterAll(async () => {
    delete process.env["AWS_ENDPOINT_URL_LAMBDA"];
    await hostile.close();
    functions.world.close();
    await servers.stop();
  });

  const described = async (id: ExecutionId) => {
    const found = await describeExecution(engine, id);
    return { status: found?.summary.status, error: found?.summary.error, cause: found?.summary.cause };
  };

  test("each ends by itself, and the others are unharmed", async () => {
    const ids = new Map<string, ExecutionId>();
    for (const one of hostileCases) ids.set(one.name, await start(engine, machineCalling(one)));
    const messages = await functions.receive(ids.size);
    const poisoned = await start(
      engine,
      JSON.stringify({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 9, End: true } } }),
    );
    const poison = [message("not JSON", 1), message(await impossible(engine, poisoned), 3)];
    const failed = await functions.work([...messages, ...poison], remaining);

    expect(failed).toEqual([poison[0]?.MessageId]);
    for (const { name, status, error, cause } of hostileCases) {
      const end = await described(ids.get(name) ?? poisoned);
      expect({ name, ...end }).toMatchObject({ name, status, ...(error !== undefined && { error }) });
      if (cause !== undefined) expect(end.cause).toMatch(cause);
    }
    expect(await described(poisoned)).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });
});

async function start(engine: Engine, definition: string): Promise<ExecutionId> {
  const definitionHash = await saveDefinition(engine, definition);
  const fixed = { createdAt: 0, revisionId: "1", settings: "{}", roleArn: "arn:aws:iam::1:role/r" } as const;
  const machine = {
    account,
    region: "us-east-1",
    name: "hostile",
    definitionHash,
    type: "STANDARD",
    ...fixed,
  } as const;
  return (await startExecution(engine, { machine, input: "{}", name: randomBytes(8).toString("hex") })).id;
}

function message(Body: string, receives: number): Message {
  const MessageId = randomBytes(8).toString("hex");
  return { MessageId, ReceiptHandle: MessageId, Body, Attributes: { ApproximateReceiveCount: String(receives) } };
}

/** A baton whose step throws each time: its position is in a state that the machine does not have. */
async function impossible(engine: Engine, execution: ExecutionId): Promise<string> {
  const head = await headOf(engine, execution, "");
  if (head === undefined) throw new Error(`${execution} has not begun`);
  const header = await engine.header(execution);
  const position = { ...head.position, state: "Nowhere", doing: { kind: "arriving" } };
  return JSON.stringify({ kind: "advance", execution, branch: "", seq: head.seq + 1, header, position });
}
