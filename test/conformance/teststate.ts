/**
 * Recorded TestState calls, made again. A Task without a mock was run on the service, and the recording does
 * not keep what it answered: that is taken from the recorded result, or output where nothing changes it.
 */
import { draw } from "../../lib/asl/simulate/chance.ts";
import { type TestStateRequest, testState } from "../../lib/asl/test-state.ts";
import type { Json } from "./corpus.ts";
import { type Difference, Matcher } from "./match.ts";

/** The texts of a call: parsed in the corpus, or as they were under `<name>_text`. */
const texts = ["definition", "input", "context", "variables"] as const;
const verbatim = ["roleArn", "inspectionLevel", "revealSecrets", "stateName", "mock", "stateConfiguration"] as const;

export interface TestStateCase {
  readonly id: string;
  readonly placeholders?: readonly string[];
  readonly recorded_from?: string;
  readonly expect: Json;
  readonly [parameter: string]: Json | undefined;
}

export async function runTestCase(one: TestStateCase): Promise<(expect: Json) => readonly Difference[]> {
  const answer = await testState(requestOf(one), {
    now: Date.UTC(2026, 0, 1),
    account: "111111111111",
    region: "us-east-1",
    payloadLimitBytes: 262_144,
    machineName: "5f1f2c7e-machine",
    executionName: "0b9d6f52-execution",
    chance: (label) => draw("conformance", "", 0, label),
    call: async () => ({ signal: { kind: "succeeded", output: JSON.stringify(taskResult(one)) } }),
  });
  const { code, message } = answer.kind === "refused" ? answer : {};
  const actual = answer.kind === "tested" ? { response: answer.response } : { error: { code, message } };
  return (expect) => new Matcher(one.placeholders ?? []).differences("", expect, actual, "payloads");
}

function requestOf(one: TestStateCase): TestStateRequest {
  const given = [
    ...texts.map((name) => [
      name,
      one[`${name}_text`] ?? (one[name] === undefined ? undefined : JSON.stringify(one[name])),
    ]),
    ...verbatim.map((name) => [name, one[name]]),
  ].filter(([, value]) => value !== undefined);
  // What the corpus holds are calls that the service understood.
  return Object.fromEntries(given) as unknown as TestStateRequest;
}

function taskResult(one: TestStateCase): Json {
  const { response } = one.expect as { readonly response?: { readonly [member: string]: Json } };
  const data = response?.["inspectionData"] as { readonly result?: Json } | undefined;
  return data?.result ?? response?.["output"] ?? null;
}
