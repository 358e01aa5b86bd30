/**
 * A `BatonStateMachine` in the shape that `cdk deploy` deploys: its custom resource makes it through the API of
 * the installation beside it, and its tasks may be called because its definition asks for them. A rule starts it.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { describe, expect, test } from "vitest";
import { signedCall } from "../../lib/api/signed-call.ts";
import { BatonStack, BatonStateMachine, BatonTarget } from "../../lib/stack/index.ts";
import { loadExample } from "../examples/example.ts";
import { type Servers, startServers } from "../servers/servers.ts";
import { runCases } from "./deployed-shape/pipeline.ts";
import { type DeployedShape, startDeployedShape } from "./deployed-shape/shape.ts";

const started = await startServers({ dynamodb: true, sqs: true, s3: true });
const title = started.kind === "started" ? "a machine of the CDK" : `a machine of the CDK (skipped: ${started.reason})`;
const example = loadExample("order-processing");
const type = "Custom::BatonStateMachine";

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
  const orders = BatonStateMachine.fromStateMachineName(stack, "Known", stack.baton, "order-processing");
  new events.Rule(stack, "Ordered", {
    eventPattern: { source: ["shop"] },
    targets: [new BatonTarget(orders, { input: events.RuleTargetInput.fromEventPath("$.detail") })],
  });
  return app.synth().directory;
}

const good = example.cases.find(({ name }) => name === "good-order") ?? fail("there is no good order");

function fail(reason: string): never {
  throw new Error(reason);
}

/** The executions that are named after the event. */
async function startedBy({ endpoint, region, accessKey }: DeployedShape, event: string): Promise<unknown> {
  const stateMachineArn = `arn:aws:states:${region}:000000000000:stateMachine:order-processing`;
  const installation = { endpoint, region, credentials: accessKey };
  const { executions } = await signedCall(installation, "ListExecutions", { stateMachineArn }, Date.now());
  return (executions as { name: string }[]).filter(({ name }) => name.startsWith(event));
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
      for (const delivery of [1, 2])
        expect(await shape.publish(event), `delivery ${delivery}`).toMatchObject([{ kind: "returned" }]);
      expect(await startedBy(shape, event.id)).toMatchObject([{ status: expect.stringMatching(/RUNNING|SUCCEEDED/) }]);
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
    } finally {
      await shape.stop();
      await stop();
    }
  }, 400_000);
});
