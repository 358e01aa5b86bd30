/** What a Task that calls Step Functions is answered by the engine's own API. */
import { expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { withOwnService } from "../../lib/api/own-service.ts";
import { memoryWorld } from "./memory-world.ts";
import { arnOf, role, wire } from "./requests.ts";

test("members are in PascalCase, names of states as they are", async () => {
  const { engine } = memoryWorld();
  const handler = createHandler(engine, { authentication: "none" });
  const definition = JSON.stringify({
    QueryLanguage: "JSONata",
    StartAt: "set",
    States: {
      set: { Type: "Pass", Assign: { total: 1 }, Next: "use" },
      use: { Type: "Pass", Output: "{% $total %}", End: true },
    },
  });
  await wire(handler, "CreateStateMachine", { name: "m", definition, roleArn: role });
  const result = await withOwnService(engine.world.tasks, () => engine).call({
    resource: "arn:aws:states:::aws-sdk:sfn:describeStateMachine",
    arguments: JSON.stringify({ StateMachineArn: arnOf("m") }),
    account: "000000000000",
    region: "us-east-1",
    idempotencyKey: "key",
    signal: new AbortController().signal,
  });
  expect(result.kind).toBe("succeeded");
  const answer = result.kind === "succeeded" ? JSON.parse(result.output) : {};
  expect(answer).toMatchObject({ Name: "m", LoggingConfiguration: { Level: "OFF" } });
  expect(answer.VariableReferences).toEqual({ use: ["total"] });
});
