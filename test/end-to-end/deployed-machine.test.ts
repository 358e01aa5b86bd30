/**
 * A `BatonStateMachine` in the shape that `cdk deploy` deploys: its custom resource makes it through the API of
 * the installation beside it, and its tasks may be called because its definition asks for them. A rule and a schedule
 * start it.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { App, CfnOutput } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import * as scheduler from "aws-cdk-lib/aws-scheduler";
import * as sqs from "aws-cdk-lib/aws-sqs";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { describe, expect, test } from "vitest";
import { signedCall } from "../../lib/api/signed-call.ts";
import {
  BatonActivity,
  BatonScheduleTarget,
  BatonStack,
  BatonStateMachine,
  BatonTarget,
} from "../../lib/stack/index.ts";
import { loadExample } from "../examples/example.ts";
import { type Servers, startServers } from "../servers/servers.ts";
import { eventually } from "./deployed-shape/eventually.ts";
import { runCases } from "./deployed-shape/pipeline.ts";
import { type DeployedShape, startDeployedShape } from "./deployed-shape/shape.ts";

const started = await startServers({ dynamodb: true, sqs: true, s3: true });
const title = started.kind === "started" ? "a machine of the CDK" : `a machine of the CDK (skipped: ${started.reason})`;
const example = loadExample("order-processing");
const type = "Custom::BatonStateMachine";

const good = example.cases.find(({ name }) => name === "good-order") ?? fail("there is no good order");

function fail(reason: string): never {
  throw new Error(reason);
}

function assembly(): string {
  const outdir = mkdtempSync(join(tmpdir(), "baton-assembly-"));
  const app = new App({ outdir, builtinCloudFormationValidation: false });
  const stack = new BatonStack(app, "Baton");
  const file = join(import.meta.dirname, "../../asl-examples/order-processing/definition.asl.json");
  new BatonStateMachine(stack, "Orders", {
    baton: stack.baton,
    stateMachineName: "order-processing",
    definitionBody: sfn.DefinitionBody.fromFile(file),
  });
  new BatonActivity(stack, "Packing", { baton: stack.baton, activityName: "packing" });
  const orders = BatonStateMachine.fromStateMachineName(stack, "Known", stack.baton, "order-processing");
  new events.Rule(stack, "Ordered", {
    eventPattern: { source: ["shop"] },
    targets: [new BatonTarget(orders, { input: events.RuleTargetInput.fromEventPath("$.detail") })],
  });
  new scheduler.Schedule(stack, "Nightly", {
    schedule: scheduler.ScheduleExpression.cron({ hour: "3", minute: "0" }),
    target: new BatonScheduleTarget(orders, { input: scheduler.ScheduleTargetInput.fromText(good.input) }),
  });
  const gone = BatonStateMachine.fromStateMachineName(stack, "Gone", stack.baton, "gone");
  const deadLetterQueue = new sqs.Queue(stack, "Refused");
  new CfnOutput(stack, "RefusedUrl", { value: deadLetterQueue.queueUrl });
  new events.Rule(stack, "Mistaken", {
    eventPattern: { source: ["shop"] },
    targets: [new BatonTarget(gone, { deadLetterQueue })],
  });
  return app.synth().directory;
}

/** The names of the executions that are named after these events and times, once nothing waits to be started. */
async function startedBy(shape: DeployedShape, occasions: readonly string[]): Promise<readonly string[]> {
  const { endpoint, region, accessKey } = shape;
  await eventually("all starts are taken up", () => {
    const [{ received, deleted } = { received: 0, deleted: 0 }] = Object.entries(shape.counts().queues).flatMap(
      ([id, counts]) => (id.startsWith("BatonStarts") ? [counts] : []),
    );
    return (received >= deliveries && deleted === received) || undefined;
  });
  const stateMachineArn = `arn:aws:states:${region}:000000000000:stateMachine:order-processing`;
  const installation = { endpoint, region, credentials: accessKey };
  const { executions } = await signedCall(installation, "ListExecutions", { stateMachineArn }, Date.now());
  const names = (executions as { name: string }[]).map(({ name }) => name);
  return names.filter((name) => occasions.some((occasion) => name.startsWith(occasion)));
}

/** Each is delivered twice: an event to two rules, and a schedule's. */
const deliveries = 6;

/** What became of the machine that is not there. */
async function deadLetterOf({ clients, outputs }: DeployedShape): Promise<unknown> {
  const QueueUrl = outputs["RefusedUrl"];
  const command = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"], WaitTimeSeconds: 2 });
  const [message] = (await clients.sqs.send(command)).Messages ?? [];
  return { body: JSON.parse(message?.Body ?? "{}"), code: message?.MessageAttributes?.["ERROR_CODE"]?.StringValue };
}

describe.runIf(started.kind === "started")(title, () => {
  const { environment, stop } = started as Servers;

  test("is made, runs its tasks without being granted anything by hand, and is gone again", async () => {
    const shape = await startDeployedShape({
      assembly: assembly(),
      servers: environment,
      functions: example.functions,
    });
    try {
      const made = await shape.ask({ type, request: "Create" });
      expect(made).toMatchObject({ Status: "SUCCESS", Data: { Name: "order-processing" } });
      const [run] = await runCases(shape, { ...example, cases: [good] }, { seconds: 240 });
      expect(run?.outcome).toEqual(run?.example.expected);
      const event = { id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718", source: "shop", detail: JSON.parse(good.input) };
      // EventBridge delivers at least once.
      for (const _delivery of [1, 2]) {
        await shape.publish(event);
        await shape.comeDue("2026-03-22T03:00:00Z");
      }
      const started = async () => (await startedBy(shape, [event.id, "2026-03-22T03-00-00Z"])).toSorted();
      await expect
        .poll(started)
        .toEqual([
          expect.stringMatching(/^2026-03-22T03-00-00Z-[0-9a-f]{12}$/),
          expect.stringMatching(/^6a7e8feb-b491-4cf7-a9f1-bf3703467718-[0-9a-f]{12}$/),
        ]);
      expect(await deadLetterOf(shape)).toMatchObject({
        body: { name: expect.stringMatching(event.id), input: JSON.stringify(event) },
        code: "StateMachineDoesNotExist",
      });
      expect(shape.denied).toEqual([]);

      const again = await shape.ask({ type, request: "Update", before: made.PhysicalResourceId });
      expect(again).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: made.PhysicalResourceId });
      const wrong = await shape.ask({
        type,
        request: "Update",
        before: made.PhysicalResourceId,
        change: { Definition: "{}" },
      });
      expect(wrong).toMatchObject({ Status: "FAILED", Reason: expect.stringContaining("InvalidDefinition") });
      const gone = await shape.ask({ type, request: "Delete", before: made.PhysicalResourceId });
      expect(gone).toMatchObject({ Status: "SUCCESS" });

      const activity = await shape.ask({ type: "Custom::BatonActivity", request: "Create" });
      expect(activity).toMatchObject({ Status: "SUCCESS", Data: { Name: "packing" } });
    } finally {
      await shape.stop();
      await stop();
    }
  }, 400_000);
});
