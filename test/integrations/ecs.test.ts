/** Amazon ECS where a server of the tests has always room: tasks that the cluster does not take; and who started them. */
import { expect, test } from "vitest";
import type { IntegrationCall } from "../../lib/integrations/integration.ts";
import type { SendBySdk } from "../../lib/integrations/sdk/sdk.ts";
import { serviceAction } from "../../lib/integrations/service.ts";
import { ecs } from "../../lib/integrations/services/ecs.ts";
import { jobOf } from "./job-runner.ts";

const taken = { Tasks: [{ TaskArn: "arn:task" }], Failures: [] };
const full = { Tasks: [], Failures: [{ Arn: "arn:instance", Reason: "RESOURCE:MEMORY" }] };

let sent = "";

function runTask(answer: object, pattern: IntegrationCall["pattern"], given = '{"TaskDefinition":"t"}') {
  const send: SendBySdk = async ({ parameters }) => {
    sent = parameters;
    return { kind: "answered", output: answer, http: { statusCode: 200, requestId: "r", headers: {} } };
  };
  const asked = { arguments: given, idempotencyKey: "key", pattern };
  return serviceAction(ecs, "runTask", ecs.actions["runTask"] ?? {}, send)({ ...jobOf("ecs:runTask", ""), ...asked });
}

test.each([
  // pattern            answer  comes to
  ["request-response", taken, "succeeded"],
  ["sync", taken, "submitted"],
  ["token", taken, "submitted"],
  ["request-response", full, "succeeded"],
  ["sync", full, "failed"],
  ["token", full, "failed"],
] as const)("%s of %j: %s", async (pattern, answer, kind) => {
  const result = await runTask(answer, pattern);
  expect(result.kind).toBe(kind);
  if (kind === "failed") expect(result).toMatchObject({ error: "AmazonECS.Unknown", cause: JSON.stringify(full) });
});

test.each([
  // given                                       is sent
  ['{"TaskDefinition":"t"}', '{"TaskDefinition":"t","StartedBy":"AWS Step Functions"}'],
  ['{"TaskDefinition":"t","StartedBy":"me"}', '{"TaskDefinition":"t","StartedBy":"me"}'],
])("%s is sent as %s", async (given, expected) => {
  await runTask(taken, "request-response", given);
  expect(sent).toBe(expected);
});
