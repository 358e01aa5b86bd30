/**
 * The jobs that `.sync` calls begin: how they stand, and how they are stopped. What identifies a job is written
 * down when it begins (`JobNote`), so that whoever asks needs nothing else.
 */
import type { JobCall, JobState } from "../engine/job-port.ts";
import type { CallResult } from "../engine/ports.ts";
import { type CallFailure, callFailure } from "./call-failure.ts";
import { requestToken } from "./idempotency.ts";
import type { IntegrationCall } from "./integration.ts";
import { type Ask, askOf, type Json, type Poller, resultOf, type Standing, standing } from "./poller.ts";
import { isPassing } from "./sdk/failure.ts";
import type { OutputStyle } from "./sdk/output.ts";
import type { SdkAnswer, SendBySdk } from "./sdk/sdk.ts";

/** How a service's jobs are asked for. */
export interface Asking {
  /** The SDK's service. */
  readonly service: string;
  readonly bytes: "base64" | "text";
  readonly output: OutputStyle;
  readonly failureOf: (answer: Exclude<SdkAnswer, { kind: "answered" }>) => CallFailure;
}

export interface JobNote {
  readonly describe: Ask;
  readonly stop?: Ask;
  /** Present where the poller came with the state, not with a row of the table. */
  readonly poller?: Poller;
}

/** A call that was accepted, with the note of the job that it began. */
export function begun(
  call: Pick<IntegrationCall, "arguments">,
  output: string,
  poller: Poller,
  own: boolean,
): CallResult {
  const given = JSON.parse(call.arguments) as Json;
  const answer = JSON.parse(output) as Json;
  const note: JobNote = {
    describe: askOf(poller.describe, given, answer),
    ...(poller.stop && { stop: askOf(poller.stop, given, answer) }),
    ...(own && { poller }),
  };
  return { kind: "submitted", output, job: JSON.stringify(note) };
}

export function noteOf({ job }: JobCall): JobNote {
  return JSON.parse(job) as JobNote; // written by `begun` alone
}

export async function pollJob(
  send: SendBySdk,
  asking: Asking,
  poller: Poller,
  call: JobCall,
  judge: (described: Json) => Standing = (described) => standing(poller, described),
): Promise<JobState> {
  const answer = await ask(send, asking, noteOf(call).describe, call);
  if (answer.kind === "unreached") return { kind: "running" };
  if (answer.kind === "refused") {
    if (poller.goneIsSuccess && /NotFound/.test(answer.error.name)) return { kind: "succeeded", output: "{}" };
    return isPassing(answer.error) ? { kind: "running" } : asking.failureOf(answer);
  }
  if (answer.kind === "unusable") return asking.failureOf(answer);
  const described = answer.output as Json;
  const result = JSON.stringify(resultOf(poller, described));
  switch (judge(described)) {
    case "running":
      return { kind: "running" };
    case "succeeded":
      return { kind: "succeeded", output: result };
    case "failed":
      return callFailure("States.TaskFailed", result);
  }
}

/** Rejects where it may help to try again. */
export async function stopJob(send: SendBySdk, asking: Asking, call: JobCall): Promise<void> {
  const { stop } = noteOf(call);
  if (stop === undefined) return;
  const answer = await ask(send, asking, stop, call);
  const passing = answer.kind === "unreached" || (answer.kind === "refused" && isPassing(answer.error));
  if (passing) throw new Error(`the job of ${call.resource} could not be stopped: ${asking.failureOf(answer).cause}`);
}

function ask(send: SendBySdk, asking: Asking, { action, parameters }: Ask, call: JobCall): Promise<SdkAnswer> {
  return send({
    service: asking.service,
    action,
    parameters: JSON.stringify(parameters),
    caller: call,
    input: { bytes: asking.bytes, idempotencyToken: requestToken({ idempotencyKey: call.job }) },
    output: asking.output,
  });
}
