/** One execution as it stands: its summary, what it began with, what it came to, what it waits for. */
import type { JsonText } from "../asl/json.ts";
import type { Position } from "../asl/position.ts";
import { decodeSegment } from "./codec.ts";
import type { Engine } from "./engine.ts";
import { dueTime } from "./messages.ts";
import { awaitsWorker } from "./offer.ts";
import type { ExecutionId, ExecutionSummary } from "./ports.ts";

export interface ExecutionDescription {
  readonly summary: ExecutionSummary;
  readonly roleArn: string;
  readonly input: JsonText;
  readonly output?: JsonText;
  /** In words, while it runs. */
  readonly waitingFor?: string;
}

export async function describeExecution(engine: Engine, id: ExecutionId): Promise<ExecutionDescription | undefined> {
  const summary = await engine.world.executions.find(id);
  if (!summary) return undefined;
  const [header, input, record] = await Promise.all([
    engine.header(id),
    engine.executionInput(id),
    engine.world.log.head(id, ""),
  ]);
  const head = record && decodeSegment(record);
  const doing = head?.position.doing;
  const output = doing?.kind === "ended" && doing.outcome.status === "SUCCEEDED" ? doing.outcome.output : undefined;
  const waitingFor =
    head && summary.status === "RUNNING" ? waitingText(head.position, engine.world.clock.now()) : undefined;
  return {
    summary,
    roleArn: header.roleArn,
    input,
    ...(output === undefined ? {} : { output }),
    ...(waitingFor === undefined ? {} : { waitingFor }),
  };
}

/** "waits for …", as people ask it. */
export function waitingText(position: Position, now: number): string | undefined {
  const { doing, state } = position;
  switch (doing.kind) {
    case "working":
      if (awaitsWorker(doing))
        return `waits for a worker of ${doing.call.resource} to take task ${state} (attempt ${doing.call.attempt + 1}) since ${timeText(doing.since)}`;
      return `${doing.submitted ? "waits for the result of" : "runs"} task ${state} (attempt ${doing.call.attempt + 1}) since ${timeText(doing.since)}${limitText(doing.since, doing.call.timeoutSeconds)}`;
    case "forked":
      return `waits for the ${doing.width} branches of ${state}`;
    case "closing":
      return `${state} has failed; its other branches are being stopped`;
    case "ended":
      return undefined;
    default: {
      const due = dueTime(position) ?? 0;
      return due > now ? `waits until ${timeText(due)} before ${state}` : `is about to run ${state}`;
    }
  }
}

function limitText(since: number, timeoutSeconds: number | undefined): string {
  return timeoutSeconds === undefined ? "" : `, times out at ${timeText(since + timeoutSeconds * 1_000)}`;
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
