/**
 * Where a branch of an execution stands between two transitions, as plain data: everything that the
 * next step needs travels in here. Not how it got there (that is the history) and not how it is
 * stored (that is the engine's codec).
 */
import type { EventRef } from "./event.ts";
import type { JsonText } from "./json.ts";

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;
export type StateName = string;

/** Error and cause as AWS names them; a Fail state may have neither. */
export interface Failure {
  readonly error?: string;
  readonly cause?: string;
}

export type Outcome =
  | { readonly status: "SUCCEEDED"; readonly output: JsonText }
  | { readonly status: "FAILED"; readonly failure: Failure }
  | { readonly status: "TIMED_OUT"; readonly failure: Failure }
  | { readonly status: "ABORTED"; readonly failure: Failure };

export interface Position {
  /** The state that is entered next, or that the branch is in. Unique in the whole definition. */
  readonly state: StateName;
  /** The state's raw input, as text: nobody parses it until someone looks. */
  readonly input: JsonText;
  /** All workflow variables in reach, as the text of one object; absent: none. */
  readonly variables?: JsonText;
  /** The Map item this branch begins with (`$$.Map.Item`). */
  readonly item?: MapItem;
  /** Which branch of which fork this is; absent at the root. */
  readonly scope?: Scope;
  /** Set from the …StateEntered event until the state is left. */
  readonly entered?: Entered;
  /** History events causally before this point: the next event of this branch is number `events + 1`. */
  readonly events: number;
  /** What the next event names as its previousEventId. */
  readonly previous: EventRef;
  readonly doing: Doing;
}

export interface MapItem {
  readonly index: number;
  readonly value: JsonText;
  readonly key?: string;
  readonly source?: string;
}

export interface Scope {
  readonly kind: "Map" | "Parallel";
  /** The Map or Parallel state that forked. */
  readonly state: StateName;
  readonly index: number;
  /** Its MapIterationStarted is told already: derived from the fork, or written before a redrive. */
  readonly firstWave: boolean;
  /** Of the fork: how many branches there are, and how many run at once. */
  readonly width: number;
  readonly concurrency: number;
  /** History events counted before the branch's own first one, or the first one since the last redrive. */
  readonly eventsBefore: number;
  /** A redrive opened its fork again: others of its branches may have begun, or succeeded, before. */
  readonly reopened?: true;
}

export interface Entered {
  readonly at: Instant;
  /** Number of the …StateEntered event, for "(entered at the event id #N)". */
  readonly event: number;
  /** Retries used so far, by retrier; absent: none. */
  readonly retries?: readonly number[];
  /** `$$.State.RetryCount`: all retries of this visit. */
  readonly retryCount: number;
}

export type Doing =
  /** A branch of a fork that has not taken its first step: its input is the fork's shared input, its item not yet selected. */
  | { readonly kind: "beginning" }
  /** On the way into `state`; not before that moment (the tail of a Wait). */
  | { readonly kind: "arriving"; readonly notBefore?: Instant }
  /** In a Wait state. */
  | { readonly kind: "sleeping"; readonly until: Instant }
  /** In a Task state whose attempt is claimed: exactly one worker may make the call. */
  | Working
  /** In a Task, Map or Parallel state that failed and will be tried again. */
  | { readonly kind: "retrying"; readonly notBefore: Instant; readonly resumes?: EarlierAttempt }
  /** In a Map or Parallel state whose branches run. */
  | Forked
  /** In a Map or Parallel state whose outcome is decided and whose branches are being fenced. */
  | { readonly kind: "closing"; readonly fork: Forked; readonly failure: Failure }
  /** The branch is over. `open`: a fork that was still running and has to be fenced. */
  | { readonly kind: "ended"; readonly outcome: Outcome; readonly open?: Forked };

export interface Working {
  readonly kind: "working";
  /** Sequence number of the segment that made the claim; with the branch it names the attempt. */
  readonly claim: number;
  readonly call: TaskCall;
  /** The call went out and was accepted (`.sync`, `.waitForTaskToken`); its result is still to come. */
  readonly submitted: boolean;
  readonly since: Instant;
  /** An activity's task counts `since` its start; this is when it began to wait for a worker. */
  readonly scheduledAt?: Instant;
  /** `.sync`: the job that the call began, where it has to be asked for. */
  readonly job?: Job;
}

export interface Job {
  /** What identifies it to the integration that began it. */
  readonly note: string;
  /** How often it was asked for and still ran. */
  readonly polls: number;
  /** Milliseconds before it is asked for first; absent: as for any job. */
  readonly firstPause?: number;
}

/** One attempt of a Task, ready to be made. */
/** The attempt that a redriven state made last: the execution that it had started goes on. */
export interface EarlierAttempt {
  readonly claim: number;
  readonly attempt: number;
}

export interface TaskCall {
  /** The `Resource` as written. */
  readonly resource: string;
  readonly pattern: "request-response" | "sync" | "token" | "activity";
  readonly arguments: JsonText;
  readonly attempt: number;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  /** `Credentials.RoleArn`, where the state names one. */
  readonly roleArn?: string;
  /** `startExecution.sync` after a redrive: the execution that this attempt started is redriven. */
  readonly resumes?: EarlierAttempt;
}

export interface Forked {
  readonly kind: "forked";
  /** Sequence number of the segment that forked; the branches are named after it. */
  readonly claim: number;
  readonly of: "Map" | "Parallel";
  /** Number of branches, at least 1 (a fork of 0 completes in its own segment). */
  readonly width: number;
  /** How many run at once, at least 1; the first wave is branches 0 … concurrency - 1. */
  readonly concurrency: number;
  /** What every branch starts from: the Map's effective input, or the Parallel's effective input. */
  readonly shared: JsonText;
  /** Map only: the items, in order, each as text. */
  readonly items?: readonly JsonText[];
  /** Map over an object (JSONata): the key of each item. */
  readonly keys?: readonly string[];
  /** A redrive opened it again: branches that succeeded before have their outputs, the others go on where they stood. */
  readonly reopened?: true;
  /** A Distributed Map: its branches are executions of their own, and `width` is 0 while a reader has not read. */
  readonly run?: MapRun;
}

/** What the Map Run of a Distributed Map goes by; every field of it is evaluated when the state is entered. */
export interface MapRun {
  readonly arn: string;
  /** How often it has been redriven; absent: never. */
  readonly redriveCount?: number;
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  readonly reader?: { readonly resource: string; readonly arguments: JsonText; readonly maxItems?: number };
  readonly batch?: { readonly maxItems?: number; readonly maxInputBytes?: number; readonly input?: JsonText };
  readonly writer?: { readonly resource: string; readonly arguments: JsonText };
}
