/** Succeed: ends its branch with its input. */
import type { SucceedState } from "../definition.ts";
import type { Transition } from "../transition.ts";
import { departUnchanged, leave } from "./leave.ts";
import type { Visit } from "./visit.ts";

export async function stepSucceed(visit: Visit<SucceedState>): Promise<Transition> {
  return leave(visit, await departUnchanged(visit, { kind: "end" }));
}
