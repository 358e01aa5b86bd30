/**
 * A walk through the executions of all machines that a caller may see, machine after machine, that can be broken
 * off anywhere and taken up again by a page token.
 */
import { mayList } from "./access.ts";
import type { Call } from "./operation.ts";

/** Where to go on: in which page of machines, at which of it, with which page of its executions. */
export interface Place {
  readonly machines?: string;
  readonly index: number;
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
  const { executions, ...start } = from;
  let page = await call.engine.world.machines.list(call.tenant, machinesAtOnce, start.machines);
  let place: Place = start;
  for (;;) {
    for (let index = place.index; index < page.items.length; index++) {
      const name = page.items[index]?.name ?? "";
      const isFirst = place === start && index === start.index && executions !== undefined;
      if (mayList(call, name)) yield { name, at: { ...place, index, ...(isFirst && { executions }) } };
    }
    if (page.next === undefined) return;
    place = { machines: page.next, index: 0 };
    page = await call.engine.world.machines.list(call.tenant, machinesAtOnce, page.next);
  }
}

/** Behind a page of the machine's executions; there may turn out to be no more. */
export function placeBehind({ executions: _, ...at }: Place, next: string | undefined): Place {
  return next === undefined ? { ...at, index: at.index + 1 } : { ...at, executions: next };
}
