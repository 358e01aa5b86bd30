/** Bedrock AgentCore, without its package of the SDK: the answer that the state gets of a stream of events. */
import {
  BedrockRuntimeServiceException,
  ConverseStreamCommand,
  ModelStreamErrorException,
} from "@aws-sdk/client-bedrock-runtime";
import { describe, expect, test } from "vitest";
import { serviceErrorOf } from "../../lib/integrations/sdk/failure.ts";
import { outputFrom } from "../../lib/integrations/sdk/output.ts";
import { operationOf } from "../../lib/integrations/sdk/schema.ts";
import type { SdkAnswer, SendBySdk } from "../../lib/integrations/sdk/sdk.ts";
import { serviceAction } from "../../lib/integrations/service.ts";
import { bedrockAgentCore } from "../../lib/integrations/services/bedrock-agentcore.ts";
import { jobOf } from "./job-runner.ts";

const given = {
  HarnessArn: "arn:aws:bedrock-agentcore:eu-west-1:111122223333:harness/clerk-0123456789",
  RuntimeSessionId: "0123456789-0123456789-0123456789-0123",
  Messages: [{ Role: "user", Content: [{ Text: "How many are left?" }] }],
};

async function invoked(answer: SdkAnswer) {
  const send: SendBySdk = async ({ service, action, parameters }) => {
    expect([service, action, JSON.parse(parameters)]).toEqual(["bedrockagentcore", "invokeHarness", given]);
    return answer;
  };
  const call = { ...jobOf("bedrockagentcore:invokeHarness", ""), arguments: JSON.stringify(given) };
  const action = bedrockAgentCore.actions["invokeHarness"] ?? {};
  return serviceAction(
    bedrockAgentCore,
    "invokeHarness",
    action,
    send,
  )({ ...call, idempotencyKey: "key", pattern: "request-response" });
}

function streamed(Stream: readonly object[]): SdkAnswer {
  return { kind: "answered", output: { Stream }, http: { statusCode: 200, requestId: "r", headers: {} } };
}

const begins = (Role: string) => ({ MessageStart: { Role } });
const says = (Text: string, ContentBlockIndex = 0) => ({ ContentBlockDelta: { ContentBlockIndex, Delta: { Text } } });
const stops = (StopReason: string) => ({ MessageStop: { StopReason } });
const used = (InputTokens: number, OutputTokens: number, LatencyMs: number) => ({
  Metadata: { Usage: { InputTokens, OutputTokens, TotalTokens: InputTokens + OutputTokens }, Metrics: { LatencyMs } },
});
const callsTool = { ContentBlockDelta: { ContentBlockIndex: 1, Delta: { ToolUse: { Input: '{"sku":1}' } } } };

describe("invokeHarness", () => {
  test("gives the last message of the assistant, its text only, and what all messages used", async () => {
    const lookedUp = [begins("assistant"), says("I look."), callsTool, stops("tool_use"), used(10, 5, 100)];
    const told = [begins("user"), says("not the answer"), stops("tool_result")];
    const answer = [begins("assistant"), says("Seven"), says(" are.", 0), says("Anything else?", 2), stops("end_turn")];
    const result = await invoked(streamed([...lookedUp, ...told, ...answer, used(20, 7, 250)]));
    expect(result.kind === "succeeded" && JSON.parse(result.output)).toEqual({
      Metrics: { LatencyMs: 350 },
      Output: { Message: { Content: [{ Text: "Seven are." }, { Text: "Anything else?" }], Role: "assistant" } },
      StopReason: "end_turn",
      Usage: { InputTokens: 30, OutputTokens: 12, TotalTokens: 42 },
    });
  });

  test("a last turn without text has no content", async () => {
    const result = await invoked(streamed([begins("assistant"), callsTool, stops("end_turn")]));
    expect(result.kind === "succeeded" && JSON.parse(result.output)).toMatchObject({
      Output: { Message: { Content: [] } },
      StopReason: "end_turn",
    });
  });

  test("fails under the service's name", async () => {
    const metadata = { httpStatusCode: 429, requestId: "r" };
    const error = { name: "ThrottlingException", message: "slow down", code: "T", modelled: true, metadata };
    const result = await invoked({ kind: "refused", serviceId: "Bedrock AgentCore", error });
    expect(result).toMatchObject({ kind: "failed", error: "BedrockAgentCore.ThrottlingException" });
  });
});

test("an exception that stands in a stream is the service's", () => {
  const error = new ModelStreamErrorException({ message: "it broke", $metadata: {} });
  expect(serviceErrorOf(error)).toMatchObject({
    name: "ModelStreamErrorException",
    message: "it broke",
    modelled: true,
  });
  expect(serviceErrorOf(new BedrockRuntimeServiceException({ name: "X", $fault: "client", $metadata: {} }))).toBe(
    undefined,
  );
});

test("the events of a stream are read to the end", async () => {
  const operation = operationOf(new ConverseStreamCommand({ modelId: "m", messages: [] }).schema as readonly unknown[]);
  async function* stream() {
    yield { messageStart: { role: "assistant" } };
    yield { contentBlockDelta: { delta: { text: "Seven" }, contentBlockIndex: 0 } };
    yield { messageStop: { stopReason: "end_turn" } };
  }
  const style = { nameOf: (name: string) => name, time: String, bytes: "text" } as const;
  expect(await outputFrom({ stream: stream() }, operation?.output ?? 0, style)).toEqual({
    stream: [
      { messageStart: { role: "assistant" } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: "Seven" } } },
      { messageStop: { stopReason: "end_turn" } },
    ],
  });
});
