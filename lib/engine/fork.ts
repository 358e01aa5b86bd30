/** A fork as one of its branches sees it. */
import type { Forked, Position } from "../asl/position.ts";

export interface ForkView {
  /** The forking position; what it is doing stands in `fork`. */
  readonly position: Position;
  /** Its items are all of them, or those of one group. */
  readonly fork: Forked;
  /** The index of the first item here. */
  readonly offset: number;
}
