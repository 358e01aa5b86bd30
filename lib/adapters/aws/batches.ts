/**
 * Gathers what different callers hand in one by one into batches of ten, SQS's most: a request costs the
 * same with one entry as with ten. Callers under way are announced, and a batch waits a moment
 * for them; with nobody announced it goes out in the same tick.
 */
import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";

const mostEntries = 10;
/** Of a batch as of a message. */
const mostBytes = 1_048_576;

/**
 * A request saved is worth sixty milliseconds of a function of 512 MB, so waiting out the slowest of ten
 * writes that began together pays; what takes longer than this is no longer worth the others' time.
 */
const longestWait = 20;

/** An entry that SQS failed by its own fault is sent again this often before its caller is told. */
const mostTries = 3;

export interface Entry<T> {
  readonly content: T;
  readonly bytes: number;
}

interface Waiting<T> extends Entry<T> {
  readonly done: () => void;
  readonly failed: (reason: Error) => void;
  readonly tries: number;
}

/** Sends up to ten contents, numbered by their place; answers those that failed, with the number as Id. */
export type SendBatch<T> = (contents: readonly T[]) => Promise<readonly BatchResultErrorEntry[]>;

export class Batches<T> {
  readonly #send: SendBatch<T>;
  readonly #linger: number;
  #waiting: Waiting<T>[] = [];
  #bytes = 0;
  #announced = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  /** `linger`: how long, in milliseconds, an entry that is in no hurry waits for others to go with it. */
  constructor(send: SendBatch<T>, linger = 0) {
    this.#send = send;
    this.#linger = linger;
  }

  /** Says that an entry may follow soon. The answer takes that back, once. */
  expect(): () => void {
    this.#announced++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#announced--;
      this.#schedule();
    };
  }

  /** Resolves once the entry was accepted. */
  add(entry: Entry<T>): Promise<void> {
    return new Promise((done, failed) => this.#put({ ...entry, done, failed, tries: 1 }));
  }

  #put(entry: Waiting<T>): void {
    if (this.#bytes + entry.bytes > mostBytes) this.#flush();
    this.#waiting.push(entry);
    this.#bytes += entry.bytes;
    if (this.#waiting.length === mostEntries) this.#flush();
    else this.#schedule();
  }

  #schedule(): void {
    if (this.#waiting.length === 0) return;
    const wait = Math.max(this.#linger, this.#announced > 0 ? longestWait : 0);
    if (wait > 0) this.#timer ??= setTimeout(() => this.#flush(), wait);
    else this.#immediate ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    if (batch.length > 0) void this.#deliver(batch);
  }

  /** Never rejects: each entry's own caller hears of its failure. */
  async #deliver(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      const failures = await this.#send(batch.map((entry) => entry.content));
      const byId = new Map(failures.map((failure) => [failure.Id, failure]));
      for (const [place, entry] of batch.entries()) {
        const failure = byId.get(String(place));
        if (failure) this.#afterFailure(entry, failure);
        else entry.done();
      }
    } catch (error) {
      for (const entry of batch) entry.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #afterFailure(entry: Waiting<T>, { SenderFault, Code, Message }: BatchResultErrorEntry): void {
    if (!SenderFault && entry.tries < mostTries) this.#put({ ...entry, tries: entry.tries + 1 });
    else entry.failed(new Error(`SQS refused an entry of a batch: ${Code} ${Message ?? ""}`));
  }
}
