/**
 * DeleteStateMachine: no execution starts any more, open ones are stopped, then the record goes. A call
 * that dies on the way leaves the machine DELETING; the next one goes on from there. What the service does with the
 * ARN of a version or an alias its page does not say; to answer as if something were deleted would mislead.
 */

import type { Instant } from "../../asl/position.ts";
import type { MachineRecord } from "../../engine/ports.ts";
import { stopExecution } from "../../engine/stop.ts";
import { qualifiedName } from "../arn.ts";
import { type Call, operation } from "../operation.ts";
import { invalid, type Refusal } from "../refusal.ts";
import { arn, readSettings, writeSettings } from "../settings.ts";
import { structure } from "../shape.ts";
import { changeMachine } from "./update-state-machine.ts";

export const deleteStateMachine = operation(structure({ stateMachineArn: arn }), async (call, asked) => {
  const named = qualifiedName(call, asked.stateMachineArn);
  if (named?.qualifier !== undefined) throw notTheMachine(asked.stateMachineArn);
  const machine = named && (await call.engine.world.machines.find(call.tenant, named.name));
  if (machine) await remove(call, machine);
  return {};
});

function notTheMachine(stateMachineArn: string): Refusal {
  return invalid(
    `'${stateMachineArn}' is a version or an alias of its state machine: ` +
      "DeleteStateMachineVersion and DeleteStateMachineAlias delete those, and DeleteStateMachine takes the ARN without it",
  );
}

/**
 * Somebody else may delete it at the same time, such as the same client, which tried again because this took too long,
 * and then make another of that name. That one is to stay: whoever comes late looks before each thing that he does.
 *
 *   A:  deleting ──► stops … ──────────────────────────────────► another one? then nothing is left to do
 *   B:  deleting ──► stops, removes ──► creates it anew, starts
 */
async function remove(call: Call, machine: MachineRecord): Promise<void> {
  const changed = await changeMachine(call, machine, (stands) => {
    const settings = readSettings(stands);
    return settings.deleting ? stands : { ...stands, settings: writeSettings({ ...settings, deleting: true }) };
  });
  if (!changed || !(await stopAll(call, machine))) return;
  await call.engine.world.machines.remove(machine);
}

async function isThere(call: Call, { name, createdAt }: MachineRecord): Promise<boolean> {
  return (await call.engine.world.machines.find(call.tenant, name))?.createdAt === createdAt;
}

/** Stopped at a time: enough to hide the store's latency, few enough to leave it to others. */
const batch = 25;
/** An API request on AWS has 29 seconds; what is left after these waits for the next DeleteStateMachine. */
const timeLimitMilliseconds = 20_000;

/** Whether none is left. The index of running executions may lag behind, so the last look has to find nothing. */
async function stopAll(call: Call, machine: MachineRecord): Promise<boolean> {
  const { clock } = call.engine.world;
  const until = clock.now() + timeLimitMilliseconds;
  while (clock.now() < until) if ((await stopRunning(call, machine, until)) === 0) return true;
  return false;
}

/** Goes through the index once and answers how many it found. */
async function stopRunning(call: Call, machine: MachineRecord, until: Instant): Promise<number> {
  const { clock, executions } = call.engine.world;
  const query = { tenant: call.tenant, machine: machine.name, status: "RUNNING", limit: batch } as const;
  let found = 0;
  let after: string | undefined;
  do {
    const page = await executions.list({ ...query, ...(after !== undefined && { after }) });
    if (page.items.length > 0 && !(await isThere(call, machine))) return 0;
    await Promise.all(page.items.map(({ id }) => stopExecution(call.engine, id, {}, call.invocationId)));
    found += page.items.length;
    after = page.next;
  } while (after !== undefined && clock.now() < until);
  return found;
}
