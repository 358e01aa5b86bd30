/** What the call of a redriven state is told of the execution that the state had started and waits for again. */
import type { ExecutionId } from "./ports.ts";

export interface ResumedChild {
  readonly id: ExecutionId;
  /** The idempotency key of the attempt that started it. */
  readonly key: string;
}

export interface Resuming {
  /** Only of a call that starts an execution: that one is redriven, if there is one. */
  readonly resumes?: ResumedChild | undefined;
}
