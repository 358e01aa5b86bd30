/** Choice: goes where the first rule that holds points to, else to Default. */
import type { ChoiceRule, ChoiceState } from "../definition.ts";
import { holds } from "../evaluate/choice.ts";
import { evaluateExpression, expectType } from "../evaluate/expression.ts";
import { runtimeFailure } from "../evaluate/failure.ts";
import type { EvaluationScope } from "../evaluate/scope.ts";
import type { StateName } from "../position.ts";
import type { Transition } from "../transition.ts";
import { assign, type Departure, departUnchanged, effectiveInput, evaluated, filtered, leave } from "./leave.ts";
import { scopeOf, type Visit } from "./visit.ts";

export async function stepChoice(visit: Visit<ChoiceState>): Promise<Transition> {
  const { state } = visit;
  const scope = scopeOf(visit, state.queryLanguage === "JSONata" ? visit.input : effectiveInput(visit));
  for (const rule of state.choices) {
    if (await chosen(rule, scope)) return leave(visit, await departBy(visit, rule, scope));
  }
  if (state.default === undefined) throw noWayOut;
  return leave(visit, await departUnchanged(visit, next(state.default)));
}

/** AWS's words; `States.NoChoiceMatched` exists in the specification only. */
const noWayOut = runtimeFailure("Failed to transition out of the state. The state does not point to a next state.");

async function chosen(rule: ChoiceRule, scope: EvaluationScope): Promise<boolean> {
  const { condition } = rule;
  if ("kind" in condition) return holds(condition, scope);
  return expectType(condition, await evaluateExpression(condition, scope), "boolean") === true;
}

/** A rule that holds goes by its own Output and Assign; the state's are for `Default`. */
async function departBy(visit: Visit<ChoiceState>, rule: ChoiceRule, scope: EvaluationScope): Promise<Departure> {
  const { state } = visit;
  const assigned = await assign(rule.assign, scope);
  const following = next(rule.next);
  if (state.queryLanguage === "JSONPath") {
    return { output: filtered(visit, state.outputPath, effectiveInput(visit)), assigned, following };
  }
  return { output: rule.output === undefined ? visit.input : await evaluated(rule.output, scope), assigned, following };
}

function next(state: StateName) {
  return { kind: "next", state } as const;
}
