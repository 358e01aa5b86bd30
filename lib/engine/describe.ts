/** One execution as it stands: its summary, what it began with, what it came to, what it waits for. */
import type { JsonText } from "../asl/json.ts";
import type { Engine } from "./engine.ts";
import { headOf } from "./head.ts";
import type { ExecutionId, ExecutionSummary } from "./ports.ts";
import { waitingOf } from "./waiting.ts";

export interface ExecutionDescription {
  readonly summary: ExecutionSummary;
  readonly roleArn: string;
  readonly input: JsonText;
  readonly output?: JsonText;
  readonly traceHeader?: string;
  /** What the execution itself waits for, in words, while it runs; `waitingBranches` goes into its branches. */
  readonly waitingFor?: string;
}

export async function describeExecution(engine: Engine, id: ExecutionId): Promise<ExecutionDescription | undefined> {
  const summary = await engine.world.executions.find(id);
  if (!summary) return undefined;
  const [header, input, head] = await Promise.all([
    engine.header(id),
    engine.executionInput(id),
    headOf(engine, id, ""),
  ]);
  const doing = head?.position.doing;
  const output = doing?.kind === "ended" && doing.outcome.status === "SUCCEEDED" ? doing.outcome.output : undefined;
  const waitingFor =
    head && summary.status === "RUNNING" ? waitingOf(head, engine.world.clock.now())?.reason : undefined;
  return {
    summary,
    roleArn: header.roleArn,
    input,
    ...(output === undefined ? {} : { output }),
    ...(header.traceHeader === undefined ? {} : { traceHeader: header.traceHeader }),
    ...(waitingFor === undefined ? {} : { waitingFor }),
  };
}
