/** Time-outs and heartbeats of an open claim: one message each, which the fence drops if it comes too late. */
import type { TaskCall, Working } from "../asl/position.ts";
import type { Engine } from "./engine.ts";
import { dispatch, messageOf } from "./messages.ts";
import type { Message } from "./ports.ts";
import type { Segment } from "./segment.ts";

export function hasTimers({ timeoutSeconds, heartbeatSeconds }: TaskCall): boolean {
  return timeoutSeconds !== undefined || heartbeatSeconds !== undefined;
}

/** Only a call whose result comes later needs them: while a worker waits itself, it is the clock. */
export async function armTimers(engine: Engine, segment: Segment, working: Working): Promise<void> {
  const messages: Message[] = [];
  const { timeoutSeconds, heartbeatSeconds } = working.call;
  const base = {
    kind: "task-timer",
    execution: segment.execution,
    branch: segment.branch,
    claim: working.claim,
  } as const;
  if (timeoutSeconds !== undefined) {
    messages.push(messageOf({ ...base, by: "timeout" }, "flow", working.since + timeoutSeconds * 1_000));
  }
  if (heartbeatSeconds !== undefined) {
    messages.push(messageOf({ ...base, by: "heartbeat" }, "flow", working.since + heartbeatSeconds * 1_000));
  }
  if (messages.length > 0) await dispatch(engine, messages);
}
