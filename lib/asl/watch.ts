/**
 * Somebody who watches a single state at work: TestState. Past the few places that note what they come to,
 * nothing here changes what a state does; an execution has no watcher.
 */
import type { JsonText, Value } from "./json.ts";
import type { Failure, Position } from "./position.ts";
import type { Verdict } from "./retry.ts";

/** What can be seen on the way of the data through a state, by the names that TestState gives it. */
export type Stage =
  | "afterInputPath"
  | "afterParameters"
  | "afterArguments"
  | "afterItemsPath"
  | "result"
  | "afterResultSelector"
  | "afterResultPath"
  | "maxConcurrency"
  | "toleratedFailureCount"
  | "toleratedFailurePercentage";

export interface Watch {
  note(stage: Stage, seen: { readonly text: JsonText }): void;
  judged(failure: Failure, verdict: Verdict): void;
  /** What expressions see as the context object; `claiming`: a task token may be in it. */
  contextOf(position: Position, claiming: boolean): Value;
}
