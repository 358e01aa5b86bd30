/**
 * The engine's whole outside world, in the domain's words. An adapter stores and moves what it is given and never looks
 * inside a `body`: the engine's codec writes those. Every method may reject with an outage; then the message comes back.
 */
import type { Instant } from "../asl/position.ts";
import type { Activities } from "./activity-port.ts";
import type { Resuming } from "./child-port.ts";
import type { Inspected, Inspecting } from "./inspect-port.ts";
import type { Jobs } from "./job-port.ts";
import type { FunctionLines } from "./lines-port.ts";
import type { MapRuns, Objects } from "./map-run/ports.ts";
import type { ExecutionLogs, Metrics, StatusEvents, Traces } from "./watch-port.ts";

/** `account/region/machine/name`; every key in every store begins with it, so tenants never meet. */
export type ExecutionId = string & { readonly brand: "ExecutionId" };

/** `account/region/machine/label:uuid`: a Map Run has a log as an execution has, and its children are named like it. */
export type MapRunId = ExecutionId & { readonly of: "MapRun" };

/** "" is the execution itself; a branch is `parent/forkSeq.index`, for instance `/8.3/2.0`. */
export type BranchPath = string;

export interface SegmentKey {
  readonly execution: ExecutionId;
  readonly branch: BranchPath;
  /** 0, 1, 2 … without gaps. */
  readonly seq: number;
}

export interface SegmentRecord extends SegmentKey {
  readonly body: string;
  /** When the store may forget it. */
  readonly expires?: Instant;
}

/** Branches `256·group` to `256·group + 255` of a fork: neighbours in the store. */
export interface BranchGroup {
  readonly parent: BranchPath;
  readonly forkSeq: number;
  readonly group: number;
}

/** `taken`: somebody wrote this sequence number before; `winner` is what stands there. */
export type Appended = { readonly kind: "appended" } | { readonly kind: "taken"; readonly winner: SegmentRecord };

export interface Log {
  /** Writes the segment if nobody has written that sequence number. */
  append(segment: SegmentRecord): Promise<Appended>;
  /** `append`, then send, if the segment is ours. Locally that and the removal of `consumed` are one transaction. */
  commit(segment: SegmentRecord, messages: readonly Message[], consumed?: Receipt): Promise<Appended>;
  /** The newest segment of a branch, read strongly. */
  head(execution: ExecutionId, branch: BranchPath): Promise<SegmentRecord | undefined>;
  /**
   * All segments of the root, or of the branches of one group of a fork, in any order, a page at a time.
   * Whoever wants a whole execution starts at the root and follows the forks it finds.
   */
  read(execution: ExecutionId, group?: BranchGroup): AsyncIterable<readonly SegmentRecord[]>;
  /** Segments of one branch by sequence number, from `from` (default 0), at most `limit`. */
  branch(execution: ExecutionId, branch: BranchPath, from?: number, limit?: number): Promise<readonly SegmentRecord[]>;
  /** Segments of the root, or of the branches of that group, stay until then at least, in stores that forget by themselves. */
  renew(execution: ExecutionId, group: BranchGroup | undefined, until: Instant): Promise<void>;
  /** Resolves once everything appended so far survives a power cut. At once where an append already does. */
  durable(): Promise<void>;
}

/** `flow` steps are short and many; `tasks` wait for somebody else's answer. */
export type Lane = "flow" | "tasks";

export interface Message {
  readonly lane: Lane;
  /** The tenant, for fair queues: account and machine. */
  readonly group: string;
  readonly body: string;
  readonly notBefore?: Instant;
  /** In place of `notBefore`, which comes early where the sender's clock jumps: for what must not come early. */
  readonly delayMilliseconds?: number;
}

/** The adapter's own handle on a received message. */
export type Receipt = unknown;

export interface Delivery {
  readonly body: string;
  /** How often this message has been received, this time included; says nothing about failure. */
  readonly receives: number;
  readonly receipt: Receipt;
  /** When the worker that has it ends, where that is known: what it does then is cut off. */
  readonly until?: Instant;
}

export interface Queue {
  /** Whether a message may carry the payload (a remote queue), or the store is as near as the queue (local). */
  readonly carriesPayloads: boolean;
  /** Delivers each at least once, not before its time; order is nobody's promise. */
  send(messages: readonly Message[]): Promise<void>;
}

/** The receiving end, where the process itself polls (local, worker, simulated); on Lambda the service does it. */
export interface Inbox {
  /** Up to `max` messages that are due; [] when there are none. Each is invisible until done, later or its time-out. */
  receive(lane: Lane, max: number): Promise<readonly Delivery[]>;
  done(receipts: readonly Receipt[]): Promise<void>;
  /** Makes it visible again at that moment. */
  later(receipt: Receipt, at: Instant): Promise<void>;
}

/** What a message handler answers: forget the message, or bring it back at that moment. */
export type Verdict = { readonly kind: "done" } | { readonly kind: "later"; readonly at: Instant };

/** Write-once texts by name; the name says whose they are, so that they go with their execution. */
export interface Blobs {
  put(name: string, body: string): Promise<void>;
  get(name: string): Promise<string | undefined>;
}

export interface Tenant {
  readonly account: string;
  readonly region: string;
}

export interface MachineRecord extends Tenant {
  readonly name: string;
  /** SHA-256 of the definition text, in hexadecimal. */
  readonly definitionHash: string;
  readonly roleArn: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly createdAt: Instant;
  readonly revisionId: string;
  /** What the operations keep beside: logging, tracing, encryption, tags … as the API's own JSON. */
  readonly settings: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; hand it back for the page after this one. Absent on the last page. */
  readonly next?: string;
}

export interface Machines {
  /** `exists` answers what stands there and changes nothing. */
  create(machine: MachineRecord): Promise<{ kind: "created" } | { kind: "exists"; machine: MachineRecord }>;
  /** Replaces the record if its revision is still `expected`. */
  replace(machine: MachineRecord, expectedRevision: string): Promise<"replaced" | "changed">;
  /** Leaves one that was created later under the same name. */
  remove(machine: MachineRecord): Promise<void>;
  find(tenant: Tenant, name: string): Promise<MachineRecord | undefined>;
  /** By name. */
  list(tenant: Tenant, limit: number, after?: string): Promise<Page<MachineRecord>>;
}

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** What lists show; payloads stay in the log. */
export interface ExecutionSummary {
  readonly id: ExecutionId;
  readonly machine: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedAt: Instant;
  readonly stoppedAt?: Instant;
  /** SHA-256 of the input text, for starting again under the same name. */
  readonly inputHash: string;
  readonly definitionHash: string;
  readonly epoch: number;
  /** The number of the machine's version it was started by, and the alias that led there. */
  readonly version?: number;
  readonly alias?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly expires?: Instant;
  /** Absent: never redriven. */
  readonly redrives?: Redrives;
  /** The Map Run that it is a child of, in whose list it stands then, and how many items it has. */
  readonly mapRun?: MapRunId;
  readonly itemCount?: number;
}

export interface Redrives {
  readonly count: number;
  /** When it was redriven last. */
  readonly at: Instant;
  /** The latest calls that redrove it, oldest first: one that is repeated is answered as before. */
  readonly calls: readonly RedriveCall[];
}

export interface RedriveCall {
  readonly token: string;
  readonly at: Instant;
}

/** What becomes of the summary of an execution that is redriven. */
export interface Redriving {
  /** The new one. */
  readonly epoch: number;
  readonly redrives: Redrives;
  readonly expires: Instant;
  readonly mapRun?: MapRunId;
}

export interface Ending {
  readonly status: Exclude<ExecutionStatus, "RUNNING">;
  readonly stoppedAt: Instant;
  readonly epoch: number;
  readonly error?: string;
  readonly cause?: string;
  /** As in the summary: it says in which list it stands. */
  readonly mapRun?: MapRunId;
  /** When the store may forget it, counted from its end. */
  readonly expires?: Instant;
}

export interface Executions {
  /** Summary and first segment in one transaction, unless the name is taken. */
  start(
    summary: ExecutionSummary,
    first: SegmentRecord,
  ): Promise<{ kind: "started" } | { kind: "exists"; summary: ExecutionSummary }>;
  /** Marks it ended, if it is RUNNING in that epoch; else changes nothing. */
  finish(id: ExecutionId, ending: Ending): Promise<void>;
  /** `finish` and `append` in one transaction: `taken` if the sequence number is, and then nothing changed. */
  stop(id: ExecutionId, ending: Ending, segment: SegmentRecord): Promise<Appended>;
  /** RUNNING again, in the next epoch, without its end; with `append` as in `stop`. Rejects if it has not ended before. */
  redrive(id: ExecutionId, redriving: Redriving, segment: SegmentRecord): Promise<Appended>;
  /** The summary stays until then at least (see `Log.renew`). */
  renew(id: ExecutionId, until: Instant): Promise<void>;
  find(id: ExecutionId): Promise<ExecutionSummary | undefined>;
  /** Newest first. */
  list(query: {
    readonly tenant: Tenant;
    readonly machine: string;
    /** The children of this Map Run instead of what was started by the API. */
    readonly mapRun?: MapRunId;
    readonly status?: ExecutionStatus;
    readonly from?: Instant; // only what started then or later …
    readonly until?: Instant; // … and before that: what is newer is not read
    readonly limit: number;
    readonly after?: string;
  }): Promise<Page<ExecutionSummary>>;
}

export interface ForkKey {
  readonly execution: ExecutionId;
  /** The branch that forked. */
  readonly branch: BranchPath;
  /** Sequence number of the forking segment. */
  readonly seq: number;
  readonly epoch: number;
}

/** Branches join in groups of 256; a group's end is an entry of the group one level up. */
export interface JoinKey extends ForkKey {
  readonly level: number;
  readonly group: number;
}

export interface JoinState {
  /** Indexes in the order in which they reported; an index stands here once, however often it reports. */
  readonly finished: readonly number[];
  readonly closed: boolean;
}

export interface Reported extends JoinState {
  /** It stood in the list already. */
  readonly repeated: boolean;
}

export interface Joins {
  /** Puts a group's items and shared context where its branches find them. Writing again is harmless. */
  stage(group: JoinKey, body: string, expires?: Instant): Promise<void>;
  staged(group: JoinKey): Promise<string | undefined>;
  /** Records that `index` (negative, if nothing comes with it) ended, with what the parent will read of it; answers the list as it then stands. */
  report(join: JoinKey, index: number, body: string | undefined, expires?: Instant): Promise<Reported>;
  /** No finisher starts a branch after this. Answers who had finished. */
  close(join: JoinKey, expires?: Instant): Promise<JoinState>;
  /** What was staged and reported stays until then at least (see `Log.renew`). */
  renew(join: JoinKey, until: Instant): Promise<void>;
  /** What the branches of a group reported, by index, in any order. */
  reports(join: JoinKey): Promise<ReadonlyMap<number, string>>;
}

/** Timers beyond the queue's longest delay, in shards, swept once a minute. */
export interface Timers {
  /** How far ahead the queue itself can deliver, in milliseconds. */
  readonly queueHorizon: number;
  set(message: Message & { readonly notBefore: Instant }, id: string): Promise<void>;
  readonly shards: number;
  /** Sends the shard's rows due before `until` to the queue and removes them; answers how many. */
  sweep(shard: number, until: Instant): Promise<number>;
}

/** The latest heartbeat of a claim. */
export interface Heartbeats {
  beat(claim: SegmentKey, at: Instant, expires?: Instant): Promise<void>;
  last(claim: SegmentKey): Promise<Instant | undefined>;
}

/** What a call came to; `submitted` where its end comes later: of a job asked for (first after so long), or by word. */
export type CallResult =
  | { readonly kind: "succeeded"; readonly output: string }
  | { readonly kind: "submitted"; readonly output: string; readonly job?: string; readonly firstPause?: number }
  | { readonly kind: "failed"; readonly error: string; readonly cause: string };

export interface Call extends Inspecting, Resuming {
  readonly resource: string;
  readonly arguments: string;
  readonly region: string;
  readonly account: string;
  readonly roleArn?: string | undefined;
  readonly machineRoleArn?: string | undefined;
  readonly stateMachineArn?: string | undefined;
  /** `execution/branch/seq/attempt`, for APIs that take an idempotency token. */
  readonly idempotencyKey: string;
  /** The trace that the execution belongs to, as X-Ray writes it. */
  readonly traceHeader?: string | undefined;
  /** Who is to be told of an end that comes later; absent where nobody waits for one. */
  readonly claim?: SegmentKey | undefined;
  /** Aborted when the attempt's time is over. */
  readonly signal: AbortSignal;
}

/** What a Task can call. */
export interface Tasks {
  /** Never retries by itself. Rejects only when it is not known whether the call was made. */
  call(call: Call): Promise<CallResult & Inspected>;
  /** Absent where no call begins a job. */
  readonly jobs?: Jobs;
}

export interface Clock {
  now(): Instant;
  /** Runs `wake` at that moment; the answer cancels it. */
  at(moment: Instant, wake: () => void): () => void;
}

export interface Chance {
  /** `bytes` random bytes in hexadecimal. */
  hex(bytes: number): string;
}

/** What a key of the API may do; each role may do what stands before it, too. */
export type Role = "read" | "start" | "operate" | "admin";

export interface Access {
  readonly accessKeyId: string;
  readonly role: Role;
  /** Names of machines and activities, `*` for any characters; absent: all. */
  readonly machines?: readonly string[];
}

export interface AccessKey extends Access {
  readonly secretAccessKey: string;
  /** Absent: with the installation itself. */
  readonly createdAt?: Instant;
}

/** Who may call the API. The engine knows nobody; this stands beside the world, for its door. */
export interface AccessKeys {
  find(accessKeyId: string): Promise<AccessKey | undefined>;
  /** Oldest first. */
  list(): Promise<readonly AccessKey[]>;
  add(key: AccessKey): Promise<void>;
  remove(accessKeyId: string): Promise<"removed" | "absent">;
}

/** The installation's secret for task tokens and page tokens. */
export interface Keys {
  /** HMAC-SHA-256 of the text under the installation's key, base64url. Synchronous: the key is loaded before. */
  sign(text: string): string;
}

export interface World {
  readonly log: Log;
  readonly queue: Queue;
  readonly timers: Timers;
  readonly blobs: Blobs;
  readonly machines: Machines;
  readonly executions: Executions;
  readonly joins: Joins;
  readonly mapRuns: MapRuns;
  readonly objects: Objects;
  readonly heartbeats: Heartbeats;
  readonly activities: Activities;
  readonly tasks: Tasks;
  readonly logs: ExecutionLogs;
  /** Absent: nobody listens. */
  readonly statusEvents?: StatusEvents;
  /** Absent: nobody measures. */
  readonly metrics?: Metrics;
  /** Absent: what functions print is kept elsewhere. */
  readonly functionLines?: FunctionLines;
  /** Absent: nobody collects traces. */
  readonly traces?: Traces;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly keys: Keys;
  /** A lease written before this moment is over, whatever it says: its owner is known to be gone. 0: never known. */
  readonly leasesVoidBefore: Instant;
}
