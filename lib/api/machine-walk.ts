/**
 * A walk through the executions of all machines that a caller may see, machine after machine, that can be broken
 * off anywhere and taken up again by a page token.
 */
import type { MachineRecord } from "../engine/ports.ts";
import { mayList } from "./access.ts";
import type { Call } from "./operation.ts";

/**
 * Where to go on: in which page of machines, at which of it. Machines come and go between two requests, so that the
 * one that was looked at last is found by its name; where it stood counts if it is gone.
 */
export interface Place {
  readonly machines?: string;
  readonly index: number;
  /** Absent: no machine of the page has been looked at. */
  readonly name?: string;
  /** What is left of its executions; absent: nothing. */
  readonly executions?: string;
}

export const firstPlace: Place = { index: 0 };

/** In a page of them. */
export const machinesAtOnce = 200;

export interface Stop {
  readonly name: string;
  readonly at: Place;
}

export async function* machinesFrom(call: Call, from: Place): AsyncGenerator<Stop> {
  const { list } = call.engine.world.machines;
  let page = await list(call.tenant, machinesAtOnce, from.machines);
  let { index, executions } = whereIn(page.items, from);
  for (let machines = from.machines; ; machines = page.next, page = await list(call.tenant, machinesAtOnce, machines)) {
    for (; index < page.items.length; index++, executions = undefined) {
      const name = page.items[index]?.name ?? "";
      const at = {
        ...(machines !== undefined && { machines }),
        index,
        name,
        ...(executions !== undefined && { executions }),
      };
      if (mayList(call, name)) yield { name, at };
    }
    if (page.next === undefined) return;
    index = 0;
  }
}

function whereIn(
  machines: readonly MachineRecord[],
  { name, index, executions }: Place,
): { index: number; executions: string | undefined } {
  const found = machines.findIndex((machine) => machine.name === name);
  // Instead of one that is gone, or of none so far, the one that stands there now.
  if (found < 0) return { index, executions: undefined };
  return { index: executions === undefined ? found + 1 : found, executions };
}

/** Behind a page of the machine's executions; there may turn out to be no more. */
export function placeBehind({ executions: _, ...at }: Place, next: string | undefined): Place {
  return next === undefined ? at : { ...at, executions: next };
}
