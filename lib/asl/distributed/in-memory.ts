/**
 * Which children of a Distributed Map run in memory: those of `ExecutionType: EXPRESS`, unless a state of theirs
 * waits for somebody who answers later, or runs a Distributed Map itself. Express executions can do neither; such
 * children are durable executions.
 */
import type { Branch, Definition, State } from "../definition.ts";
import type { StateName } from "../position.ts";
import { readResource } from "../states/resource.ts";

export function runsInMemory(definition: Definition, map: StateName): boolean {
  const state = definition.states.get(map);
  if (state?.type !== "Map" || state.distributed?.executionType !== "EXPRESS") return false;
  return suits(definition, state.processor);
}

function suits(definition: Definition, { states }: Branch): boolean {
  return states.every((name) => {
    const state = definition.states.get(name);
    return state !== undefined && isBrief(definition, state);
  });
}

function isBrief(definition: Definition, state: State): boolean {
  switch (state.type) {
    case "Task":
      return readResource(state.resource).pattern === "request-response";
    case "Map":
      return state.distributed === undefined && suits(definition, state.processor);
    case "Parallel":
      return state.branches.every((branch) => suits(definition, branch));
    default:
      return true;
  }
}
