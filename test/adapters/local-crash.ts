/** What the crash test and its process agree on: each execution is one chain of segments and one message. */
import type { ExecutionId, Message, SegmentRecord } from "../../lib/engine/ports.ts";

export const crashExecutions: readonly ExecutionId[] = Array.from(
  { length: 16 },
  (_, number) => `1/r/chain/${number}` as ExecutionId,
);

export function segmentAt(execution: ExecutionId, seq: number): SegmentRecord {
  return { execution, branch: "", seq, body: `${seq} ${"x".repeat(400)}` };
}

export function messageAt(execution: ExecutionId, seq: number): Message {
  return { lane: "flow", group: "g", body: `${execution} ${seq}` };
}

export function bodyAt(body: string): readonly [ExecutionId, number] {
  const [execution = "", seq = ""] = body.split(" ");
  return [execution as ExecutionId, Number(seq)];
}
