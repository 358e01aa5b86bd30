/** Which resources of a stack are the parts of its Baton: those of the construct itself, as it is synthesized, and of none beside it. */
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { beforeEach, expect, test, vi } from "vitest";
import { stackResources } from "../../lib/adapters/aws/installation.ts";
import { partsOfStack } from "../../lib/cli/deployed.ts";
import { Baton } from "../../lib/stack/index.ts";
import { emptyBundles } from "../stack/synthesized.ts";

vi.mock("../../lib/adapters/aws/installation.ts");
vi.setConfig({ testTimeout: 120_000 });

const bundles = emptyBundles();
let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } }), "Shop");
  new sqs.Queue(stack, "OrdersFlowQueue");
  const partitionKey = { name: "id", type: dynamodb.AttributeType.STRING };
  new dynamodb.Table(stack, "Table", { partitionKey });
});

/** As CloudFormation lists it: what AWS calls a resource is its id here. */
function deployed(): void {
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string }> };
  const resources = Object.entries(Resources).map(([id, { Type: type }]) => ({ type, id, name: `the ${id}` }));
  vi.mocked(stackResources).mockResolvedValue({ region: "eu-west-1", account: "111122223333", resources });
}

test.each(["Baton", "Orchestrator"])("the construct %s", async (id) => {
  new Baton(stack, id, { bundles });
  deployed();
  const part = (name: string) => expect.stringMatching(new RegExp(`^the ${id}${name}[0-9A-F]{8}$`));
  expect(await partsOfStack("Shop")).toEqual({
    region: "eu-west-1",
    account: "111122223333",
    table: part("Table"),
    bucket: part("Payloads"),
    flowQueue: part("FlowQueue"),
    tasksQueue: part("TasksQueue"),
    deadLetterQueue: part("DeadLetterQueue"),
    signingKeySecret: part("SigningKey"),
  });
});

test("none", async () => {
  deployed();
  await expect(partsOfStack("Shop")).rejects.toThrow("stack Shop holds no Baton");
});

test("two", async () => {
  for (const id of ["One", "Two"]) new Baton(stack, id, { bundles });
  deployed();
  await expect(partsOfStack("Shop")).rejects.toThrow("stack Shop holds 2 Batons; name the parts: --table");
});
