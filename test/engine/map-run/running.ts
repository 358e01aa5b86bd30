/** A machine with one Distributed Map in a simulated world without faults, and what became of it. */

import { describeExecution } from "../../../lib/engine/describe.ts";
import { readHistory } from "../../../lib/engine/history.ts";
import type { Call, CallResult, ExecutionSummary } from "../../../lib/engine/ports.ts";
import { type Setup, type SetupOptions, setup } from "../setup.ts";

export const work = "arn:aws:lambda:eu-central-1:123456789012:function:work";

/** A Map whose children call `work` with their input. */
export function distributed(
  more: object = {},
  states?: object,
  ExecutionType: "STANDARD" | "EXPRESS" = "STANDARD",
): object {
  const task = { Work: { Type: "Task", Resource: work, End: true } };
  const ItemProcessor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType },
    StartAt: Object.keys(states ?? task)[0],
    States: states ?? task,
  };
  return { Type: "Map", Label: "Each", ItemProcessor, End: true, ...more };
}

export interface Ran extends Setup {
  readonly status: ExecutionSummary["status"] | undefined;
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly events: readonly string[];
  readonly children: readonly ExecutionSummary[];
}

export async function runMap(states: object, options: SetupOptions & { readonly for?: number } = {}): Promise<Ran> {
  const stage = await setup(states, options);
  await stage.pass(options.for ?? 3_600_000);
  return ranSoFar(stage);
}

export async function ranSoFar(stage: Setup): Promise<Ran> {
  const described = await describeExecution(stage.engine, stage.id);
  const history = await readHistory(stage.engine, stage.id);
  return {
    ...stage,
    status: described?.summary.status,
    output: described?.output === undefined ? undefined : JSON.parse(described.output),
    error: described?.summary.error,
    cause: described?.summary.cause,
    events: history.map(({ type }) => type),
    children: stage.world.summaries().filter(({ mapRun }) => mapRun !== undefined),
  };
}

/** Fails for the numbers that `fails` picks; answers ten times the number. */
export function tenfold(fails: (n: number) => boolean = () => false) {
  return async ({ arguments: given }: Call): Promise<CallResult> => {
    const n: number = JSON.parse(given);
    return fails(n)
      ? { kind: "failed", error: "Odd", cause: `${n} is odd` }
      : { kind: "succeeded", output: String(10 * n) };
  };
}

/** What comes of them, the failed ones in their places. */
export function tenfoldOf(count: number, fails: (n: number) => boolean): readonly unknown[] {
  const failed = (n: number) => ({ Status: "FAILED", Error: "Odd", Cause: `${n} is odd` });
  return Array.from({ length: count }, (_, n) => (fails(n) ? failed(n) : 10 * n));
}

export function numbers(count: number): string {
  return JSON.stringify(Array.from({ length: count }, (_, n) => n));
}
