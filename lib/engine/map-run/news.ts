/** What a Map Run is told by its children's ends, by whoever stops it and by UpdateMapRun; as plain data. */
export type RunNews =
  /** The last child of the group has ended. */
  | { readonly kind: "group-done"; readonly group: number }
  /** At least so many of the group's items have failed. */
  | { readonly kind: "failing"; readonly group: number; readonly items: number }
  /** There are more tokens to give out than before, perhaps. */
  | { readonly kind: "more-tokens"; readonly generation: number };

export function newsKey(news: RunNews): string {
  switch (news.kind) {
    case "group-done":
      return `group:${news.group}`;
    case "failing":
      return `failing:${news.group}.${news.items}`;
    case "more-tokens":
      return `tokens:${news.generation}`;
  }
}
