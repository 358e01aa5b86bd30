/** A cause in words. Functions of Lambda put JSON into it, with a message and a stack trace; lists cut it. */
export interface Cause {
  readonly message: string;
  readonly trace: readonly string[];
}

export function readCause(cause = ""): Cause {
  try {
    const { errorMessage, trace, stackTrace } = JSON.parse(cause);
    const lines: unknown = trace ?? stackTrace;
    if (typeof errorMessage === "string")
      return { message: errorMessage, trace: Array.isArray(lines) ? lines.map(String) : [] };
  } catch {
    // Not JSON, or not all of it.
  }
  const [, written] = /^\{.*?"errorMessage":("(?:[^"\\]|\\.)*")/.exec(cause) ?? [];
  return { message: written === undefined ? cause : String(JSON.parse(written)), trace: [] };
}
