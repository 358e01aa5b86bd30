/** StartExecution: by name once; while it runs, the same name with the same input is answered as before. */
import { executionArn as arnOf } from "../../engine/identity.ts";
import { startExecution as start } from "../../engine/start.ts";
import { findMachine } from "../arn.ts";
import { checkName } from "../name.ts";
import { operation } from "../operation.ts";
import { payloadProblem } from "../payload.ts";
import { beingDeleted, Refusal } from "../refusal.ts";
import { arn, readSettings } from "../settings.ts";
import { structure, text } from "../shape.ts";

const input = structure(
  { stateMachineArn: arn },
  {
    name: text({ min: 1, max: 80 }),
    input: text({ payload: true, sensitive: true }),
    traceHeader: text({ max: 256, pattern: String.raw`\p{ASCII}*` }),
  },
);

export const startExecution = operation(input, async (call, asked) => {
  const machine = await findMachine(call, asked.stateMachineArn);
  if (readSettings(machine).deleting) throw beingDeleted(asked.stateMachineArn);
  const { name, input = "{}" } = asked;
  if (name !== undefined) checkName(name);
  const problem = payloadProblem(input);
  if (problem !== undefined)
    throw new Refusal("InvalidExecutionInput", `Invalid State Machine Execution Input: '${problem}'`);
  const { engine, invocationId } = call;
  const started = await start(engine, {
    machine,
    input,
    ...(name !== undefined && { name }),
    ...(invocationId !== undefined && { invocationId }),
  });
  const executionArn = arnOf(started.id);
  if (started.kind === "exists")
    throw new Refusal("ExecutionAlreadyExists", `Execution Already Exists: '${executionArn}'`);
  return { executionArn, startDate: new Date(started.startedAt) };
});
