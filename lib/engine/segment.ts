/**
 * A segment: one transition of one branch, as it stands in the log for good. The log folds back into
 * positions, histories and charges from these alone.
 */
import type { HistoryEvent } from "../asl/event.ts";
import type { LogSettings } from "../asl/history/logged.ts";
import type { Instant, Position } from "../asl/position.ts";
import type { ExecutionId, MapRunId, SegmentKey } from "./ports.ts";
import type { LogDestination } from "./watch-port.ts";

export interface Segment extends SegmentKey {
  readonly now: Instant;
  /** Drawn by its writer, who thereby knows it again when the answer to the append got lost. */
  readonly nonce: string;
  /** The key of the message under which it was written: whoever holds that message answers for what follows. */
  readonly by: string;
  readonly events: readonly HistoryEvent[];
  readonly position: Position;
  /** With a claim: until then its writer may be at work on the call. */
  readonly lease?: Instant;
  /** On segment 0 of the root, on the head that waits for the outside to answer, and on all that follow a redrive. */
  readonly header?: Header;
  /** With the end of a Map Run's child: the chunk of items from which on it looks for the next child to start. */
  readonly frontier?: number;
}

/** What stays the same for a whole execution, but for its redrives, and what every step needs: it travels in each message. */
export interface Header {
  readonly id: ExecutionId;
  /** Hash of the definition's text; of a Map Run's child `hash#state`: what is inside that Map. */
  readonly definition: string;
  readonly roleArn: string;
  readonly startedAt: Instant;
  /** 128 random bits in hexadecimal; all chance of the execution comes from here. */
  readonly seed: string;
  readonly redriveCount: number;
  readonly redriveTime?: Instant;
  /** Started as a test case of a mock configuration: the name of the machine there, and of the case. */
  readonly testCase?: { readonly machine: string; readonly name: string };
  /** AWS's own quotas hold for it. */
  readonly strictQuotas?: true;
  /** Raised by each redrive: what was sent or written for an earlier epoch has no say in a later one. */
  readonly epoch: number;
  /** The claim in another execution that started this one and waits for its end. */
  readonly parent?: SegmentKey;
  /** The Map Run that started it. */
  readonly mapRun?: Membership;
  /** The version that it was started by, and the alias that led there. */
  readonly version?: number;
  readonly alias?: string;
  /** The trace that it belongs to, as X-Ray writes it; its calls belong to it, too. */
  readonly traceHeader?: string;
  /** Where its log goes; absent: nowhere. */
  readonly log?: LogTarget;
}

/** A child's place in its Map Run. */
export interface Membership {
  readonly id: MapRunId;
  readonly index: number;
  /** How many items it has in its batch. */
  readonly items: number;
  /** How many children its group of 256 has. */
  readonly groupSize: number;
  readonly token: Token;
  /** How often the run had been redriven when the child was started, or redriven with it; absent: never. */
  readonly epoch?: number;
}

/** Permission to run one child after the other: as many are given out as may run at once. */
export interface Token {
  /** 0 … MaxConcurrency - 1. */
  readonly slot: number;
  /** How often MaxConcurrency had been changed when it was given out. */
  readonly generation: number;
}

/** Where an execution's log goes, and what of it; absent in a header: the level is OFF. */
export interface LogTarget extends LogSettings, LogDestination {}

export function epochOf({ header }: Pick<Segment, "header">): number {
  return header?.epoch ?? 0;
}

/** It ended without success before the redrive, and has not gone on since. What succeeded stays as it is. */
export function isToResume(head: Segment, header: Header): boolean {
  const { doing } = head.position;
  return doing.kind === "ended" && doing.outcome.status !== "SUCCEEDED" && epochOf(head) < header.epoch;
}

/** Number of the first event of the segment in its branch's own numbering. */
export function firstEvent(segment: Pick<Segment, "events" | "position">): number {
  return segment.position.events - segment.events.length + 1;
}
