/** StartExecution: by name once; while it runs, the same name with the same input is answered as before. */
import { executionArn as arnOf } from "../../engine/identity.ts";
import { startExecution as start } from "../../engine/start.ts";
import { checkName } from "../name.ts";
import { operation } from "../operation.ts";
import { payloadProblem } from "../payload.ts";
import { beingDeleted, Refusal } from "../refusal.ts";
import { arn } from "../settings.ts";
import { structure, text } from "../shape.ts";
import { drawnVersion, findNamed } from "../target.ts";
import { readSnapshot } from "../versions.ts";

export const startInput = structure(
  { stateMachineArn: arn },
  {
    name: text({ min: 1, max: 80 }),
    input: text({ payload: true, sensitive: true }),
    traceHeader: text({ max: 256, pattern: String.raw`\p{ASCII}*` }),
  },
);

export const startExecution = operation(startInput, async (call, asked) => {
  const named = await findNamed(call, asked.stateMachineArn);
  if (named.settings.deleting) throw beingDeleted(asked.stateMachineArn);
  const { name, input = "{}" } = asked;
  if (name !== undefined) checkName(name);
  const problem = payloadProblem(input);
  if (problem !== undefined)
    throw new Refusal("InvalidExecutionInput", `Invalid State Machine Execution Input: '${problem}'`);
  const { engine, invocationId, parent } = call;
  const version = await drawnVersion(call, named);
  const { definitionHash, roleArn } = version ? await readSnapshot(call, version) : named.machine;
  const started = await start(engine, {
    machine: { ...named.machine, definitionHash, roleArn },
    ...(version && { version: version.number }),
    ...(named.alias && { alias: named.alias.name }),
    input,
    ...(name !== undefined && { name }),
    ...(invocationId !== undefined && { invocationId }),
    ...(parent && { parent }),
  });
  const executionArn = arnOf(started.id);
  if (started.kind === "exists")
    throw new Refusal("ExecutionAlreadyExists", `Execution Already Exists: '${executionArn}'`);
  return { executionArn, startDate: new Date(started.startedAt) };
});
