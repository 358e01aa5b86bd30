/** Pass: hands on its input, a value written down, or what its Parameters make of the input. */
import type { PassState } from "../definition.ts";
import type { Transition } from "../transition.ts";
import { type Departure, departJsonata, departWith, effectiveInput, evaluated, leave } from "./leave.ts";
import { Payload } from "./payload.ts";
import { scopeOf, type Visit } from "./visit.ts";

export async function stepPass(visit: Visit<PassState>): Promise<Transition> {
  return leave(visit, await depart(visit));
}

async function depart(visit: Visit<PassState>): Promise<Departure> {
  const { state } = visit;
  if (state.queryLanguage === "JSONata") return departJsonata(visit, visit.input, state.following, {});
  return departWith(visit, await resultOf(visit), state.following);
}

async function resultOf(visit: Visit<PassState>): Promise<Payload> {
  const { state } = visit;
  if (state.result !== undefined) return Payload.ofText(state.result);
  const input = effectiveInput(visit);
  return state.parameters === undefined ? input : evaluated(state.parameters, scopeOf(visit, input));
}
