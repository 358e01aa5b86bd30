/**
 * The contract of the step: what happened to a branch (signal), when and where (moment), and what
 * follows (transition). The step is a function of these and the definition, and of nothing else.
 */
import type { EventRef, HistoryEvent } from "./event.ts";
import type { JsonText } from "./json.ts";
import type { Failure, Instant, Position } from "./position.ts";
import type { Watch } from "./watch.ts";

/** What there is to do next follows from `next.doing` alone; there is no second list that could disagree. */
export interface Transition {
  readonly events: readonly HistoryEvent[];
  readonly next: Position;
}

export type Signal =
  /** The baton is here: begin, enter the state, wake up, or try again, as `position.doing` says. */
  | { readonly kind: "arrived" }
  /** The attempt's call was accepted; its result will come later (`.sync`, `.waitForTaskToken`). */
  | { readonly kind: "submitted"; readonly output: JsonText; readonly job?: string; readonly firstPause?: number }
  /** The job of a `.sync` task was asked for, and still runs. */
  | { readonly kind: "polled" }
  /** A worker took an activity task. */
  | { readonly kind: "started"; readonly workerName?: string }
  | { readonly kind: "succeeded"; readonly output: JsonText }
  | { readonly kind: "failed"; readonly failure: Failure }
  /** TimeoutSeconds or HeartbeatSeconds of a Task have passed, or the longest time that its worker waits for an answer. */
  | { readonly kind: "timed-out"; readonly by: "timeout" | "heartbeat" | "worker" }
  /** The lease is over and nobody knows whether the call was made. */
  | { readonly kind: "lost" }
  /** Every branch of the fork succeeded. Outputs in branch order; `events`: how many events the branches had in all. */
  | {
      readonly kind: "joined";
      readonly outputs: readonly JsonText[];
      readonly events: number;
      /** Where a ResultWriter has written: what it says instead of the outputs. */
      readonly written?: JsonText;
    }
  /** A branch of the fork failed; `at` is its failing event. */
  | { readonly kind: "branch-failed"; readonly index: number; readonly failure: Failure; readonly at: EventRef }
  /** Every branch of the closing fork is fenced; `events` as for joined. */
  | { readonly kind: "closed"; readonly events: number }
  /** A sibling failed, so this branch ends; `because` is the failing event. */
  | { readonly kind: "aborted"; readonly because: EventRef }
  | { readonly kind: "stopped"; readonly failure: Failure }
  /** The execution is redriven, and this branch goes on at `to`. `events`: how many history events there are before. */
  | { readonly kind: "redriven"; readonly to: Position; readonly events: number }
  /** TimeoutSeconds of the whole machine have passed. */
  | { readonly kind: "execution-timed-out" }
  /**
   * The branch cannot go on: the step threw on this position again and again, or there is a limit. `cause` says
   * what, `plain`: without the state's place before it.
   */
  | { readonly kind: "poisoned"; readonly cause: string; readonly plain?: true };

/** Where and when a step is taken. */
export interface Moment {
  readonly now: Instant;
  readonly branch: string;
  /** The sequence number that the transition will have. */
  readonly seq: number;
  readonly execution: ExecutionContext;
  /** In [0, 1); the same label at the same place draws the same number. */
  readonly chance: (label: string) => number;
  /** The task token of the attempt that this transition claims. */
  readonly taskToken: () => string;
  /** Present where a state is tested by itself. */
  readonly watch?: Watch;
}

/** What `$$.Execution` and `$$.StateMachine` show, and what ExecutionStarted records. */
export interface ExecutionContext {
  /** The execution's ARN. */
  readonly id: string;
  readonly name: string;
  readonly roleArn: string;
  readonly startTime: Instant;
  readonly redriveCount: number;
  readonly redriveTime?: Instant;
  readonly stateMachine: { readonly id: string; readonly name: string };
  /** Present where the definition may ask for it (`Definition.asksForExecutionInput`), and at the start. */
  readonly input?: JsonText;
  /** Region and account, for the details of task events. */
  readonly region: string;
  readonly account: string;
  /** AWS's payload quota of 262,144 bytes, where strict quotas are on; else the installation's ceiling. */
  readonly payloadLimitBytes: number;
}
