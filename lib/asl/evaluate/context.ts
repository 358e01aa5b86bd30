/** The context object: to be filled in. */
import type { Value } from "../json.ts";
import type { Position } from "../position.ts";
import type { Moment } from "../transition.ts";

export function contextObject(_position: Position, _moment: Moment): Value {
  return {};
}
