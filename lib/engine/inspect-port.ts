/** What a test may ask to see of the call of a Task, beside what came of it (`Tasks`). */

export interface Inspecting {
  /** What an HTTP task sends and gets is to be told; `open`: with what its connection adds to the request. */
  readonly inspect?: "closed" | "open" | undefined;
}

export interface Inspected {
  readonly exchange?: Exchange;
}

/** The shape is the API's. */
export interface Exchange {
  readonly request: Readonly<Record<string, string>>;
  /** Absent: no answer came. */
  readonly response?: Readonly<Record<string, string>>;
}
