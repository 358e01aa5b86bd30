/**
 * The ports for those who watch executions: their logs, and what they become. Nothing that runs depends on them,
 * and no call of them rejects.
 */
import type { Instant } from "../asl/position.ts";

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

/** What a standard execution has become, as the service's own event says it. */
export interface StatusEvent {
  readonly executionArn: string;
  readonly at: Instant;
  /** JSON. */
  readonly detail: string;
}

/** Sends status changes to those who listen. Best effort: it reports by itself what it cannot send, and never rejects. */
export interface StatusEvents {
  send(event: StatusEvent): Promise<void>;
}

export type Unit = "Count" | "Milliseconds" | "Megabytes";

/** Values with the service's names. */
export interface Measurement {
  readonly at: Instant;
  /** What they are of: `StateMachineArn`, and with it perhaps `Version` and `Alias`; or the ARN of what was called. */
  readonly of: Readonly<Record<string, string>>;
  /** The sets of names in `of` under which they are to be found. */
  readonly by: readonly (readonly string[])[];
  readonly values: readonly (readonly [name: string, value: number, unit: Unit])[];
}

/** Takes down measurements; whatever becomes of them is its own business. */
export interface Metrics {
  put(measurement: Measurement): void;
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
