/**
 * Amazon Bedrock AgentCore: `invokeHarness`. Its answer is a stream of events, of which the state gets one answer in the
 * form of Bedrock's Converse: the last message of the assistant, its text only, and what all messages used together.
 */
import { at, type Json } from "../poller.ts";
import type { Service } from "../service.ts";

export const bedrockAgentCore: Service = {
  resource: "bedrockagentcore",
  sdk: "bedrockagentcore",
  prefix: "BedrockAgentCore",
  product: "BedrockAgentCore",
  generalException: "BedrockAgentCoreException",
  bytes: "text",
  withoutMetadata: true,
  actions: { invokeHarness: { output: conversed } },
};

interface Reading {
  readonly role: Json;
  /** By the index of their block. */
  readonly texts: ReadonlyMap<number, string>;
  readonly stopReason: Json;
  readonly used: { readonly [name: string]: number };
}

const usage = ["InputTokens", "OutputTokens", "TotalTokens"] as const;

function conversed(answer: Json): Json {
  const events = at(answer, "$.Stream");
  const nothing: Reading = { role: "assistant", texts: new Map(), stopReason: null, used: {} };
  const { role, texts, stopReason, used } = (Array.isArray(events) ? events : []).reduce(read, nothing);
  const blocks = [...texts].sort(([left], [right]) => left - right);
  return {
    Metrics: { LatencyMs: used["LatencyMs"] ?? 0 },
    Output: { Message: { Content: blocks.map(([, Text]) => ({ Text })), Role: role } },
    StopReason: stopReason,
    Usage: Object.fromEntries(usage.map((name) => [name, used[name] ?? 0])),
  };
}

function read(so: Reading, event: Json): Reading {
  const role = at(event, "$.MessageStart.Role");
  // What the harness tells its model, the results of tools, comes as messages of the user.
  if (role !== undefined) return role === "assistant" ? { ...so, role, texts: new Map() } : so;
  const text = at(event, "$.ContentBlockDelta.Delta.Text");
  if (typeof text === "string") {
    const block = Number(at(event, "$.ContentBlockDelta.ContentBlockIndex") ?? 0);
    return { ...so, texts: new Map(so.texts).set(block, (so.texts.get(block) ?? "") + text) };
  }
  const stopReason = at(event, "$.MessageStop.StopReason");
  if (stopReason !== undefined) return { ...so, stopReason };
  const metadata = at(event, "$.Metadata");
  return metadata === undefined ? so : { ...so, used: added(so.used, metadata) };
}

function added(used: Reading["used"], metadata: Json): Reading["used"] {
  const sum = (name: string, path: string) => [name, (used[name] ?? 0) + Number(at(metadata, path) ?? 0)] as const;
  const tokens = usage.map((name) => sum(name, `$.Usage.${name}`));
  return Object.fromEntries([...tokens, sum("LatencyMs", "$.Metrics.LatencyMs")]);
}
