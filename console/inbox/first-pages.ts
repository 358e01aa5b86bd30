/** What a list has on its first pages, and whether that is all of it. */
export interface FirstPages<T> {
  readonly items: readonly T[];
  readonly areAll: boolean;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

export async function firstPages<T>(
  most: number,
  load: (nextToken: string | undefined) => Promise<Page<T>>,
): Promise<FirstPages<T>> {
  const items: T[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < most; pages++) {
    const page = await load(nextToken);
    items.push(...page.items);
    nextToken = page.nextToken;
    if (nextToken === undefined) return { items, areAll: true };
  }
  return { items, areAll: false };
}
