/** Pass: hands on its input, a value written down, or what its Parameters make of the input. */
import type { PassState } from "../definition.ts";
import type { Template } from "../evaluate/template.ts";
import type { Transition } from "../transition.ts";
import { departJsonata, departWith, effectiveInput, evaluated, leave } from "./leave.ts";
import { Payload } from "./payload.ts";
import { scopeOf, type Visit } from "./visit.ts";

export async function stepPass(visit: Visit<PassState>): Promise<Transition> {
  const { state } = visit;
  if (state.queryLanguage === "JSONata") {
    return leave(visit, await departJsonata(visit, visit.input, state.following, {}));
  }
  return leave(visit, await departWith(visit, await resultOf(visit), state.following));
}

function resultOf(visit: Visit<PassState>): Payload | Promise<Payload> {
  const { state } = visit;
  const { watch } = visit.moment;
  if (state.result !== undefined) {
    const result = Payload.ofText(state.result);
    watch?.note("result", result);
    return result;
  }
  const input = effectiveInput(visit);
  if (state.parameters !== undefined) return parametersOf(visit, state.parameters, input);
  watch?.note("afterParameters", input);
  return input;
}

async function parametersOf(visit: Visit<PassState>, parameters: Template, input: Payload): Promise<Payload> {
  const given = await evaluated(parameters, scopeOf(visit, input));
  visit.moment.watch?.note("afterParameters", given);
  return given;
}
