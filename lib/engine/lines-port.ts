/**
 * The port for what functions print while Tasks call them. Nothing that runs depends on it; it is there where the
 * functions run beside the engine. On AWS their lines are in CloudWatch Logs.
 */
import type { Instant } from "../asl/position.ts";
import type { SegmentKey } from "./ports.ts";

export interface FunctionLine {
  readonly at: Instant;
  readonly functionName: string;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

export interface FunctionLines {
  /** Those of the attempt with that claim, in order: as many as are still there. */
  of(claim: SegmentKey): PrintedLines;
}

export interface PrintedLines {
  readonly lines: readonly FunctionLine[];
  /** How many came before these and are not there any more. */
  readonly dropped: number;
}
