/**
 * The ports for those who watch executions: their logs, and what they become. Nothing that runs depends on them,
 * and no call of them rejects.
 */
import type { Instant } from "../asl/position.ts";
import type { ExecutionStatus } from "./ports.ts";

export interface LogDestination {
  /** ARN of the log group. */
  readonly group: string;
  readonly machine: string;
}

export interface LogLine {
  readonly at: Instant;
  /** A record in the service's format, as JSON. */
  readonly text: string;
}

/** The logs of executions, for those who watch them. */
export interface ExecutionLogs {
  /**
   * Best effort, as on the service: what cannot be stored is reported by the adapter, and never rejects, since
   * no execution may fail or wait for its log. Lines of one execution, in order.
   */
  write(destination: LogDestination, lines: readonly LogLine[]): Promise<void>;
}

/** What an execution has become. */
export interface StatusChange {
  readonly type: "STANDARD" | "EXPRESS";
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly machine: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedAt: Instant;
  readonly stoppedAt?: Instant;
  readonly redriveCount: number;
  readonly redrivenAt?: Instant;
  /** It may have to be read. */
  readonly input: () => Promise<string>;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Of an Express execution that has ended. */
  readonly billing?: { readonly billedDurationInMilliseconds: number; readonly billedMemoryUsedInMB: number };
  /** Told by whoever finishes what a crash may have left: most likely told before. */
  readonly again: boolean;
}

/** A piece of a trace: an execution, a state of it, or an attempt of what that state does. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits; the same whenever the span is told again. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: "internal" | "server" | "client";
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Absent: it went well. */
  readonly failure?: { readonly error: string; readonly cause?: string };
}

/** Collects traces. */
export interface Traces {
  /** All spans of an execution that has ended. Best effort: it reports by itself what it cannot pass on, and never rejects. */
  write(spans: readonly Span[]): Promise<void>;
}

/** Is told what executions become. Best effort: it reports by itself what it cannot pass on, and never rejects. */
export interface Watcher {
  changed(change: StatusChange): Promise<void>;
}
