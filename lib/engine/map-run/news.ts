/** What a Map Run is told by its children's ends, by whoever stops it and by UpdateMapRun; as plain data. */
import type { Instant } from "../../asl/position.ts";

export type RunNews =
  /** The last child of the group has ended. */
  | { readonly kind: "group-done"; readonly group: number }
  /** At least so many of the group's items have failed. */
  | { readonly kind: "failing"; readonly group: number; readonly items: number }
  /** UpdateMapRun has changed it: there may be tokens to give out. */
  | { readonly kind: "updated"; readonly nonce: string }
  /** Messages of what should have moved by then may be lost; absent: all of them. `from`: the group to go on with. */
  | { readonly kind: "heal"; readonly before?: Instant; readonly from?: number }
  /** From that group on, its rows are given another term. */
  | { readonly kind: "keep"; readonly until: Instant; readonly group: number };

export function newsKey(news: RunNews): string {
  switch (news.kind) {
    case "group-done":
      return `group:${news.group}`;
    case "failing":
      return `failing:${news.group}.${news.items}`;
    case "updated":
      return `update:${news.nonce}`;
    case "heal":
      return "heal";
    case "keep":
      return `keep:${news.group}`;
  }
}
