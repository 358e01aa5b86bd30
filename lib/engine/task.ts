/**
 * The call of a Task: made once, by the worker whose claim is in the log, and only after that claim is
 * durable. Its result is the next segment; a result that comes after the fence is dropped.
 */
import type { Definition } from "../asl/definition.ts";
import type { Working } from "../asl/position.ts";
import type { Signal } from "../asl/transition.ts";
import { answerHead, settle } from "./answer.ts";
import { childOf, isRepeatable } from "./child.ts";
import type { Engine } from "./engine.ts";
import { attemptKey, executionName } from "./identity.ts";
import { dispatch } from "./messages.ts";
import type { Header, Segment } from "./segment.ts";

/** Left between the end of a call and the end of its lease, to write the result down. */
const writingTime = 30_000;

/** False if the head is not ours any more: a callback, a stop, a closing scope or another copy of the message came first. */
export async function runTask(
  engine: Engine,
  header: Header,
  definition: Definition,
  claimed: Segment,
): Promise<boolean> {
  const { doing } = claimed.position;
  if (doing.kind !== "working") throw new Error(`segment ${claimed.seq} of ${claimed.execution} claims nothing`);
  await engine.world.log.durable();
  if (doing.call.pattern === "activity") return settle(engine, header, definition, claimed);
  const signal = await makeCall(engine, header, claimed, doing);
  if (await answerHead(engine, header, definition, claimed, signal, claimed.by)) return true;
  const child = childOf(claimed);
  if (child) await dispatch(engine, [child.abandoned]);
  return false;
}

function makeCall(engine: Engine, header: Header, claimed: Segment, working: Working): Promise<Signal> {
  const { tasks, clock } = engine.world;
  const { account, region } = executionName(header.id);
  const { call } = working;
  const claim = { execution: header.id, branch: claimed.branch, seq: working.claim };
  const abort = new AbortController();
  return new Promise((resolve, reject) => {
    const timers: (() => void)[] = [];
    const finish = (signal: Signal): void => {
      for (const cancel of timers) cancel();
      resolve(signal);
    };
    const limit = (moment: number, signal: Signal): void => {
      const over = (): void => {
        finish(signal);
        abort.abort(new Error("the attempt's time is over"));
      };
      timers.push(clock.at(moment, over));
    };
    if (claimed.lease !== undefined) limit(claimed.lease - writingTime, { kind: "lost" });
    if (call.timeoutSeconds !== undefined) {
      limit(working.since + call.timeoutSeconds * 1_000, { kind: "timed-out", by: "timeout" });
    }
    tasks
      .call({
        resource: call.resource,
        arguments: call.arguments,
        region,
        account,
        ...(call.roleArn === undefined ? {} : { roleArn: call.roleArn }),
        idempotencyKey: attemptKey(claim, call.attempt),
        claim,
        signal: abort.signal,
      })
      .then(
        (result) => finish(signalOf(result)),
        (error: unknown) => {
          // Nobody knows whether the call was made: it is made again where that is harmless, else Retry and Catch judge it.
          if (!isRepeatable(call)) return finish({ kind: "lost" });
          for (const cancel of timers) cancel();
          reject(error);
        },
      );
  });
}

function signalOf(result: Awaited<ReturnType<Engine["world"]["tasks"]["call"]>>): Signal {
  switch (result.kind) {
    case "succeeded":
    case "submitted":
      return { kind: result.kind, output: result.output };
    case "failed":
      return { kind: "failed", failure: { error: result.error, cause: result.cause } };
  }
}
