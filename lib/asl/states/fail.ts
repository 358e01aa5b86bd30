/** Fail: ends its branch with an error and a cause, or with neither. */
import type { FailState } from "../definition.ts";
import type { Failure } from "../position.ts";
import type { Transition } from "../transition.ts";
import { text } from "./computed.ts";
import { finishFailed } from "./finish.ts";
import { scopeOf, type Visit } from "./visit.ts";

export async function stepFail(visit: Visit<FailState>): Promise<Transition> {
  const { state } = visit;
  const scope = scopeOf(visit, visit.input);
  // A Fail state has no InputPath; TestState shows its input all the same (recorded on AWS).
  if (state.queryLanguage === "JSONPath") visit.moment.watch?.note("afterInputPath", visit.input);
  const failure: Failure = {
    ...(state.error === undefined ? {} : { error: await text("Error", state.error, scope) }),
    ...(state.cause === undefined ? {} : { cause: await text("Cause", state.cause, scope) }),
  };
  return finishFailed(visit, failure);
}
