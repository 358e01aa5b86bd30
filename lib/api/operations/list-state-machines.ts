/**
 * ListStateMachines: the caller's machines by name, a page at a time; a key that is limited to names sees those. On
 * REST each comes with its tags, which stand in the record that a list reads anyway: on the service, and on the wire
 * here, they cost a request for each machine.
 */
import { machineArn } from "../../engine/identity.ts";
import type { MachineRecord } from "../../engine/ports.ts";
import { mayList } from "../access.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { readSettings } from "../settings.ts";
import { type Input, integer, structure, text } from "../shape.ts";

export const maxResults = integer(0, 1000);
export const nextToken = text({ min: 1, max: 1024 });

const input = structure({}, { maxResults, nextToken });

export const listStateMachines = operation(input, async (call, asked) => await page(call, asked, listed));

export const listStateMachinesWithTags = operation(
  input,
  async (call, asked) =>
    await page(call, asked, (machine) => ({ ...listed(machine), tags: readSettings(machine).tags })),
);

async function page(
  call: Call,
  asked: Input<typeof input>,
  shown: (machine: MachineRecord) => Answer,
): Promise<Answer> {
  const question = ["ListStateMachines"];
  const after = openPage(call, question, asked.nextToken);
  const { items, next } = await call.engine.world.machines.list(call.tenant, pageSize(asked.maxResults), after);
  return {
    stateMachines: items.filter(({ name }) => mayList(call, name)).map(shown),
    ...(next !== undefined && { nextToken: sealPage(call, question, next) }),
  };
}

function listed(machine: MachineRecord): Answer {
  return {
    stateMachineArn: machineArn(machine, machine.name),
    name: machine.name,
    type: machine.type,
    creationDate: new Date(machine.createdAt),
  };
}
