/**
 * One call of a Task: made once, given up when its time is over. What comes of it is a signal; who records
 * that signal, and whether a call of unknown fate may be made again, is the caller's.
 */
import type { Instant, TaskCall } from "../asl/position.ts";
import type { Signal } from "../asl/transition.ts";
import type { ResumedChild } from "./child-port.ts";
import type { Engine } from "./engine.ts";
import type { Call, CallResult, SegmentKey, Tenant } from "./ports.ts";

export interface Attempt {
  readonly tenant: Tenant;
  readonly call: TaskCall;
  /** The role of the state machine. */
  readonly machineRoleArn: string;
  readonly stateMachineArn: string;
  /** Names the attempt, for those who must know it again when it is made twice. */
  readonly key: string;
  readonly traceHeader?: string | undefined;
  /** Who is to be told of an end that comes later. */
  readonly claim?: SegmentKey;
  /** The execution that is to go on instead of one that is started. */
  readonly resumes?: ResumedChild | undefined;
  /** The moments at which waiting for the answer ends, and with what. */
  readonly limits: readonly { readonly at: Instant; readonly signal: Signal }[];
  /** Aborted when nobody waits for the answer any more. */
  readonly given?: AbortSignal;
  /** Nobody knows whether the call was made: answers what follows, or throws what the message comes back with. */
  readonly unknown: (error: unknown) => Signal;
}

export async function makeCall({ world }: Engine, attempt: Attempt): Promise<Signal> {
  const { given, limits } = attempt;
  const abort = new AbortController();
  const signal = given === undefined ? abort.signal : AbortSignal.any([abort.signal, given]);
  const timers: (() => void)[] = [];
  try {
    return await new Promise<Signal>((resolve, reject) => {
      for (const limit of limits) {
        const over = (): void => {
          resolve(limit.signal);
          abort.abort(new Error("the attempt's time is over"));
        };
        timers.push(world.clock.at(limit.at, over));
      }
      world.tasks.call(callOf(attempt, signal)).then(signalOf, attempt.unknown).then(resolve, reject);
    });
  } finally {
    for (const cancel of timers) cancel();
  }
}

function callOf(attempt: Attempt, signal: AbortSignal): Call {
  const { tenant, call, machineRoleArn, stateMachineArn, key, traceHeader, claim, resumes } = attempt;
  return {
    resource: call.resource,
    arguments: call.arguments,
    region: tenant.region,
    account: tenant.account,
    roleArn: call.roleArn,
    machineRoleArn,
    stateMachineArn,
    idempotencyKey: key,
    traceHeader,
    claim,
    resumes,
    signal,
  };
}

/** Something failed that no integration has a name for, and nobody can tell how far the call had come. */
export function unknownFate(error: unknown): Signal {
  const cause = `It is not known whether the call was made, so it is not made again: ${error instanceof Error ? error.message : String(error)}`;
  return { kind: "failed", failure: { error: "States.TaskFailed", cause } };
}

function signalOf(result: CallResult): Signal {
  switch (result.kind) {
    case "succeeded":
      return { kind: "succeeded", output: result.output };
    case "submitted":
      return result;
    case "failed":
      return { kind: "failed", failure: { error: result.error, cause: result.cause } };
  }
}
