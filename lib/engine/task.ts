/**
 * The call of a Task: made once, by the worker whose claim is in the log, and only after that claim is
 * durable. Its result is the next segment; a result that comes after the fence is dropped.
 */
import type { Definition } from "../asl/definition.ts";
import type { Instant, Working } from "../asl/position.ts";
import type { Signal } from "../asl/transition.ts";
import { answerHead, settle } from "./answer.ts";
import { type Attempt, makeCall, unknownFate } from "./call.ts";
import { isRepeatable, resumedBy } from "./child.ts";
import type { Engine } from "./engine.ts";
import { attemptKey, executionName, machineArn } from "./identity.ts";
import { stopping } from "./job.ts";
import { dispatch, messageOf } from "./messages.ts";
import { measureAttempt } from "./metrics.ts";
import type { Message } from "./ports.ts";
import { abandoning } from "./release.ts";
import type { Header, Segment } from "./segment.ts";
import { tracedOf, traceOfCall } from "./traces.ts";

/** Left between the end of a call and the end of its lease, to write the result down. */
const writingTime = 30_000;
/** The same before the end of the worker itself, which knows by its own clock when that is. */
const lastWords = 3_000;

/** `until`: when this worker ends, if it knows. False if the head is not ours any more: a callback, a stop, a closing scope or another copy of the message came first. */
export async function runTask(
  engine: Engine,
  header: Header,
  definition: Definition,
  claimed: Segment,
  until?: Instant,
): Promise<boolean> {
  const { doing } = claimed.position;
  if (doing.kind !== "working") throw new Error(`segment ${claimed.seq} of ${claimed.execution} claims nothing`);
  await engine.world.log.durable();
  if (doing.call.pattern === "activity") {
    measureAttempt(engine, doing, { kind: "scheduled" }, claimed.now);
    return settle(engine, header, definition, claimed);
  }
  const signal = await makeCall(engine, attemptOf(engine, header, claimed, doing, until));
  if (await answerHead(engine, header, definition, claimed, signal, claimed.by)) return true;
  const abandoned = abandoning(claimed) ?? stopBegun(claimed, doing, signal);
  if (abandoned) await dispatch(engine, [abandoned]);
  return false;
}

/** The job that the call began after its claim was gone. */
function stopBegun({ execution, branch }: Segment, { claim, call }: Working, signal: Signal): Message | undefined {
  if (signal.kind !== "submitted" || signal.job === undefined) return undefined;
  return messageOf(stopping({ execution, branch, claim }, call, signal.job), "tasks");
}

function limitsOf({ lease }: Segment, { since, call }: Working, until: Instant | undefined): Attempt["limits"] {
  const ends = [
    ...(lease === undefined ? [] : [lease - writingTime]),
    ...(until === undefined ? [] : [until - lastWords]),
  ];
  return [
    ...ends.map((at) => ({ at, signal: { kind: "timed-out", by: "worker" } as const })),
    ...(call.timeoutSeconds === undefined
      ? []
      : [{ at: since + call.timeoutSeconds * 1_000, signal: { kind: "timed-out", by: "timeout" } as const }]),
  ];
}

function attemptOf(
  engine: Engine,
  header: Header,
  claimed: Segment,
  working: Working,
  until: Instant | undefined,
): Attempt {
  const { call } = working;
  const tenant = executionName(header.id);
  const claim = { execution: header.id, branch: claimed.branch, seq: working.claim };
  const traceHeader = traceOfCall(engine, () => tracedOf(header), claim, header.traceHeader);
  return {
    tenant,
    call,
    machineRoleArn: header.roleArn,
    stateMachineArn: machineArn(tenant, tenant.machine),
    key: attemptKey(claim, call.attempt),
    traceHeader,
    claim,
    resumes: resumedBy(claimed),
    limits: limitsOf(claimed, working, until),
    unknown: (error) => {
      // It is made again where that is harmless, else Retry and Catch judge it.
      if (isRepeatable(call)) throw error;
      return unknownFate(error);
    },
  };
}
