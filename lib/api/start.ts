/** What StartExecution and StartSyncExecution have in common: which machine, as which version, with what input. */
import type { MachineRecord } from "../engine/ports.ts";
import type { LogTarget } from "../engine/segment.ts";
import { checkName } from "./name.ts";
import type { Call } from "./operation.ts";
import { payloadProblem } from "./payload.ts";
import { beingDeleted, Refusal } from "./refusal.ts";
import { arn, type Settings } from "./settings.ts";
import { type Input, structure, text } from "./shape.ts";
import { drawnVersion, findNamed } from "./target.ts";
import { readSnapshot } from "./versions.ts";

export const startInput = structure(
  { stateMachineArn: arn },
  {
    name: text({ min: 1, max: 80 }),
    input: text({ payload: true, sensitive: true }),
    traceHeader: text({ max: 256, pattern: String.raw`\p{ASCII}*` }),
  },
);

export interface Start {
  /** Pinned to the version, where one was named. */
  readonly machine: MachineRecord;
  readonly version?: number;
  readonly alias?: string;
  readonly name?: string;
  readonly input: string;
  readonly invocationId?: string;
  readonly log?: LogTarget;
}

export async function startOf(call: Call, asked: Input<typeof startInput>): Promise<Start> {
  const named = await findNamed(call, asked.stateMachineArn);
  if (named.settings.deleting) throw beingDeleted(asked.stateMachineArn);
  const { name, input = "{}" } = asked;
  if (name !== undefined) checkName(name);
  const problem = payloadProblem(input);
  if (problem !== undefined)
    throw new Refusal("InvalidExecutionInput", `Invalid State Machine Execution Input: '${problem}'`);
  const version = await drawnVersion(call, named);
  const snapshot = version && (await readSnapshot(call, version));
  const { definitionHash, roleArn } = snapshot ?? named.machine;
  const log = logTarget(named.machine.name, (snapshot ?? named.settings).loggingConfiguration);
  return {
    machine: { ...named.machine, definitionHash, roleArn },
    ...(version && { version: version.number }),
    ...(named.alias && { alias: named.alias.name }),
    input,
    ...(name !== undefined && { name }),
    ...(call.invocationId !== undefined && { invocationId: call.invocationId }),
    ...(log && { log }),
  };
}

/** Undefined: nothing is logged, and nothing of it costs anything. */
function logTarget(machine: string, configuration: Settings["loggingConfiguration"]): LogTarget | undefined {
  const { level = "OFF", includeExecutionData = false, destinations = [] } = configuration;
  const group = destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn;
  return level === "OFF" || group === undefined ? undefined : { level, includeExecutionData, group, machine };
}
