/**
 * A `BatonStateMachine` in the shape that `cdk deploy` deploys: its custom resource makes it through the API of
 * the installation beside it, and its tasks may be called because its definition asks for them.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { describe, expect, test } from "vitest";
import { BatonStack, BatonStateMachine } from "../../lib/stack/index.ts";
import { loadExample } from "../examples/example.ts";
import { type Servers, startServers } from "../servers/servers.ts";
import { runCases } from "./deployed-shape/pipeline.ts";
import { startDeployedShape } from "./deployed-shape/shape.ts";

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
  return app.synth().directory;
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
      const cases = example.cases.filter(({ name }) => name === "good-order");
      const [run] = await runCases(shape, { ...example, cases }, { seconds: 240 });
      expect(run?.outcome).toEqual(run?.example.expected);
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
