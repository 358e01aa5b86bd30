/**
 * Histories of executions that have settled, kept so that one is read once and not for each of its pages, and merged
 * as far as its readers have come. Bounded by the size of the segments that they were made of.
 */
import type { UnfoldingHistory } from "../asl/history.ts";
import type { Instant } from "../asl/position.ts";
import type { Segment } from "./segment.ts";

const usualBudgetBytes = 64 * 1024 * 1024;

export class HistoryCache {
  readonly #entries = new Map<string, { readonly history: UnfoldingHistory; readonly bytes: number }>();
  readonly #budgetBytes: number;
  #bytes = 0;

  constructor(budgetBytes = usualBudgetBytes) {
    this.#budgetBytes = budgetBytes;
  }

  get(end: Segment): UnfoldingHistory | undefined {
    const found = this.#entries.get(keyOf(end));
    if (!found) return undefined;
    this.#entries.delete(keyOf(end));
    this.#entries.set(keyOf(end), found);
    return found.history;
  }

  /** The oldest go first; one that is too large by itself goes at once. */
  put(end: Segment, history: UnfoldingHistory, bytes: number): void {
    this.#drop(keyOf(end));
    this.#entries.set(keyOf(end), { history, bytes });
    this.#bytes += bytes;
    for (const key of this.#entries.keys()) {
      if (this.#bytes <= this.#budgetBytes) return;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}

/** A redriven execution ends again, with another segment. */
function keyOf({ execution, seq, nonce }: Segment): string {
  return `${execution} ${seq} ${nonce}`;
}

/** By then the last fence of an execution that was ended from outside has been written, whatever crashed. */
const fencedMilliseconds = 3_600_000;

/** Whether nothing is added any more to a history whose root ends with this segment: not even a fence of its branches. */
export function isForGood({ position: { doing }, now: endedAt }: Segment, now: Instant): boolean {
  return doing.kind === "ended" && (!doing.open || now - endedAt > fencedMilliseconds);
}
