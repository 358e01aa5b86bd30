/** What StartExecution and StartSyncExecution have in common: which machine, as which version, with what input. */
import type { MachineRecord } from "../engine/ports.ts";
import { payloadLimit } from "../engine/quotas.ts";
import type { LogTarget } from "../engine/segment.ts";
import { checkName } from "./name.ts";
import type { Call } from "./operation.ts";
import { payloadProblem } from "./payload.ts";
import { beingDeleted, invalid, Refusal, validationFailed } from "./refusal.ts";
import { arn, type Settings } from "./settings.ts";
import { type Input, structure, text, tooManyBytes } from "./shape.ts";
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
  readonly traceHeader?: string;
  readonly log?: LogTarget;
  readonly testCase?: string;
  readonly strictQuotas?: true;
}

export async function startOf(call: Call, asked: Input<typeof startInput>): Promise<Start> {
  const [stateMachineArn = "", testCase] = splitTestCase(call, asked.stateMachineArn);
  const named = await findNamed(call, stateMachineArn);
  if (testCase !== undefined) checkTestCase(call, named.machine, testCase);
  if (named.settings.deleting) throw beingDeleted(asked.stateMachineArn);
  const { name, input = "{}" } = asked;
  if (name !== undefined) checkName(name);
  const problem = payloadProblem(input);
  if (problem !== undefined)
    throw new Refusal("InvalidExecutionInput", `Invalid State Machine Execution Input: '${problem}'`);
  const quotas = quotasOf(named.settings);
  checkSize(call, input, quotas);
  const version = await drawnVersion(call, named);
  const snapshot = version && (await readSnapshot(call, version));
  const { definitionHash, roleArn } = snapshot ?? named.machine;
  const traceHeader = call.traceHeader ?? asked.traceHeader; // the service prefers the request's own, too
  const log = logTarget(named.machine.name, (snapshot ?? named.settings).loggingConfiguration);
  return {
    machine: { ...named.machine, definitionHash, roleArn },
    ...(version && { version: version.number }),
    ...(named.alias && { alias: named.alias.name }),
    input,
    ...(name !== undefined && { name }),
    ...(call.invocationId !== undefined && { invocationId: call.invocationId }),
    ...(traceHeader !== undefined && { traceHeader }),
    ...(log && { log }),
    ...(testCase !== undefined && { testCase }),
    ...quotas,
  };
}

/** `<arn>#TestCase`; without a mock configuration there is nothing of that name. */
function splitTestCase({ engine }: Call, arn: string): readonly string[] {
  return engine.options.testCases ? arn.split(/#(.*)/s, 2) : [arn];
}

function checkTestCase({ engine }: Call, { name, type }: MachineRecord, testCase: string): void {
  if (type === "EXPRESS")
    throw new Refusal("UnsupportedOperation", "Mocked service integrations are for STANDARD state machines only");
  const problem = engine.options.testCases?.problem(name, testCase);
  if (problem !== undefined) throw invalid(problem);
}

/** The tag by which a machine asks for AWS's own quotas, whatever the installation has. */
const strictTag = "baton:strictQuotas";

function quotasOf({ tags = [] }: Partial<Settings>): Pick<Start, "strictQuotas"> {
  return tags.some(({ key, value }) => key === strictTag && value !== "false") ? { strictQuotas: true } : {};
}

function checkSize({ engine }: Call, input: string, quotas: Pick<Start, "strictQuotas">): void {
  const limit = payloadLimit(engine, quotas);
  if (Buffer.byteLength(input) > limit) throw validationFailed([tooManyBytes("Value", "input", limit)]);
}

/** Undefined: nothing is logged, and nothing of it costs anything. A record that was not made by the API has no settings. */
function logTarget(
  machine: string,
  configuration: Settings["loggingConfiguration"] | undefined,
): LogTarget | undefined {
  const { level = "OFF", includeExecutionData = false, destinations = [] } = configuration ?? {};
  const group = destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn;
  return level === "OFF" || group === undefined ? undefined : { level, includeExecutionData, group, machine };
}
