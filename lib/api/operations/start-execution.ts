/**
 * StartExecution: by name once; while it runs, the same name with the same input is answered as before. An
 * Express machine is started as often as asked, whatever the name.
 */
import { startExpress } from "../../engine/express-start.ts";
import { executionArn as arnOf } from "../../engine/identity.ts";
import { startExecution as start } from "../../engine/start.ts";
import { operation } from "../operation.ts";
import { Refusal, unsuitedType } from "../refusal.ts";
import { startInput, startOf } from "../start.ts";

export const startExecution = operation(startInput, async (call, asked) => {
  const { engine, parent } = call;
  const wanted = await startOf(call, asked);
  if (wanted.machine.type === "EXPRESS") {
    if (parent) throw unsuitedType(); // there is no end that a parent could be told of
    const { arn, startedAt } = await startExpress(engine, wanted);
    return { executionArn: arn, startDate: new Date(startedAt) };
  }
  const started = await start(engine, { ...wanted, ...(parent && { parent }) });
  const executionArn = arnOf(started.id);
  if (started.kind === "exists")
    throw new Refusal("ExecutionAlreadyExists", `Execution Already Exists: '${executionArn}'`);
  return { executionArn, startDate: new Date(started.startedAt) };
});
