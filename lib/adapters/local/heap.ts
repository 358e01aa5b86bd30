/** A binary heap: the smallest first. Items are never searched for; who no longer wants one marks it and skips it when it comes up. */
export interface Heap<T> {
  readonly size: number;
  peek(): T | undefined;
  pop(): T | undefined;
  push(item: T): void;
  /** Everything, in no order; the heap is empty afterwards. */
  drain(): T[];
}

export function heap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  let items: T[] = [];

  function sinkFromTop(item: T): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let smallest = items[child];
      if (smallest === undefined) break;
      const right = items[child + 1];
      if (right !== undefined && before(right, smallest)) {
        smallest = right;
        child += 1;
      }
      if (!before(smallest, item)) break;
      items[at] = smallest;
      at = child;
    }
    items[at] = item;
  }

  return {
    get size() {
      return items.length;
    },
    peek: () => items[0],
    pop() {
      const top = items[0];
      const last = items.pop();
      if (last !== undefined && items.length > 0) sinkFromTop(last);
      return top;
    },
    push(item) {
      let at = items.length;
      while (at > 0) {
        const above = (at - 1) >> 1;
        const parent = items[above];
        if (parent === undefined || !before(item, parent)) break;
        items[at] = parent;
        at = above;
      }
      items[at] = item;
    },
    drain() {
      const all = items;
      items = [];
      return all;
    },
  };
}
