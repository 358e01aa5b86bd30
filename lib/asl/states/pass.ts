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
  const { watch } = visit.moment;
  if (state.result !== undefined) {
    const result = Payload.ofText(state.result);
    watch?.note("result", result);
    return result;
  }
  const input = effectiveInput(visit);
  const given = state.parameters === undefined ? input : await evaluated(state.parameters, scopeOf(visit, input));
  watch?.note("afterParameters", given);
  return given;
}
