/**
 * Late copies: the messages of an execution that has ended are given to the function once more, one by one,
 * as SQS may do with any message. They are made from the log, as their senders made them.
 */
import { randomUUID } from "node:crypto";
import { decodeSegment, encodeCommand } from "../../lib/engine/codec.ts";
import type { ExecutionId, World } from "../../lib/engine/ports.ts";
import type { Segment } from "../../lib/engine/segment.ts";
import type { DeployedShape } from "../../test/end-to-end/deployed-shape/shape.ts";

/** Answers how many copies were given. */
export async function redeliver(shape: DeployedShape, world: World, id: ExecutionId | undefined): Promise<number> {
  if (id === undefined) throw new Error("no execution to repeat messages of");
  const segments = (await world.log.branch(id, "")).map(decodeSegment);
  // The copy of the last baton is different: the head is its charge, and it waits before it finishes the end again.
  const batons = segments.slice(0, -2).map((segment) => batonAfter(segment, segments[0]));
  for (const body of batons) {
    const result = await shape.find("BatonAdvance").invoke(JSON.stringify({ Records: [recordOf(body)] }));
    if (result.kind === "failed") throw new Error(`a late copy failed: ${result.error.errorMessage}`);
  }
  return batons.length;
}

function batonAfter({ execution, branch, seq, position }: Segment, first: Segment | undefined): string {
  if (first?.header === undefined) throw new Error(`${execution} has no header`);
  return encodeCommand({ kind: "advance", execution, branch, seq: seq + 1, header: first.header, position });
}

function recordOf(body: string): object {
  return {
    messageId: randomUUID(),
    receiptHandle: "none",
    body,
    attributes: { ApproximateReceiveCount: "1" },
    messageAttributes: {},
  };
}
