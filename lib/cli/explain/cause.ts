/**
 * A cause in words. Functions of Lambda put JSON into it, with a message and a stack trace, and a state that waits for
 * an execution has the description of that one, with an error and a cause of its own; lists cut it.
 */
export interface Cause {
  readonly message: string;
  readonly trace: readonly string[];
}

export function readCause(cause = ""): Cause {
  try {
    const { errorMessage, trace, stackTrace, ExecutionArn: child, Error: error, Cause: why } = JSON.parse(cause);
    const lines: unknown = trace ?? stackTrace;
    if (typeof errorMessage === "string")
      return { message: errorMessage, trace: Array.isArray(lines) ? lines.map(String) : [] };
    if (typeof child === "string" && typeof error === "string") return ofChild(error, why);
  } catch {
    // Not JSON, or not all of it.
  }
  return { message: messageIn(cause) ?? cause, trace: [] };
}

/** What the child itself says, and the children that it waited for. */
function ofChild(error: string, why: unknown): Cause {
  const { message, trace } = readCause(typeof why === "string" ? why : "");
  return { message: message === "" ? error : `${error}: ${message}`, trace };
}

/** Of JSON that was cut, in the message itself perhaps. Python writes a blank behind the colon. */
function messageIn(cause: string): string | undefined {
  const [, written] = /^\{.*?"errorMessage":\s*"((?:[^"\\]|\\u[\da-fA-F]{4}|\\[^u])*)/s.exec(cause) ?? [];
  if (written === undefined) return undefined;
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return undefined; // it only looked like JSON
  }
}
