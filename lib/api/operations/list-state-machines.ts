/** ListStateMachines: the caller's machines by name, a page at a time; a key that is limited to names sees those. */
import { machineArn } from "../../engine/identity.ts";
import { mayList } from "../access.ts";
import { operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { integer, structure, text } from "../shape.ts";

export const maxResults = integer(0, 1000);
export const nextToken = text({ min: 1, max: 1024 });

export const listStateMachines = operation(structure({}, { maxResults, nextToken }), async (call, asked) => {
  const question = ["ListStateMachines"];
  const after = openPage(call, question, asked.nextToken);
  const page = await call.engine.world.machines.list(call.tenant, pageSize(asked.maxResults), after);
  return {
    stateMachines: page.items
      .filter(({ name }) => mayList(call, name))
      .map((machine) => ({
        stateMachineArn: machineArn(machine, machine.name),
        name: machine.name,
        type: machine.type,
        creationDate: new Date(machine.createdAt),
      })),
    ...(page.next !== undefined && { nextToken: sealPage(call, question, page.next) }),
  };
});
