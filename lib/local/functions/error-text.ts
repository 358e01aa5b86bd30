/**
 * Failures as Lambda puts them into an invocation's payload: `{errorType, errorMessage, trace}`. Those
 * a function's own process can still tell, and those only its engine can.
 */

/** JSON text of such an object. */
export type ErrorText = string;

export function errorText(errorType: string, errorMessage: string, trace?: readonly string[]): ErrorText {
  const message = errorMessage.slice(0, longestMessage);
  return JSON.stringify({ errorType, errorMessage: message, ...(trace !== undefined && { trace }) });
}

/** A cause is cut at 32,768 characters anyway. */
const longestMessage = 65_536;
const longestTrace = 100;

/** Something that was thrown. */
export function describeError(error: unknown): ErrorText {
  if (!isError(error)) return errorText(typeof error, String(error), []);
  return errorText(error.name, error.message, traceOf(error));
}

/** The module could not be imported. */
export function loadFailure(error: unknown): ErrorText {
  if (!isError(error)) return describeError(error);
  const missing = "code" in error && String(error.code).endsWith("MODULE_NOT_FOUND");
  if (missing) return errorText("Runtime.ImportModuleError", String(error), traceOf(error));
  if (error.name === "SyntaxError") return errorText("Runtime.UserCodeSyntaxError", String(error), traceOf(error));
  return describeError(error);
}

export function unhandledRejection(reason: unknown): ErrorText {
  return errorText("Runtime.UnhandledPromiseRejection", String(reason), isError(reason) ? traceOf(reason) : []);
}

export const unserializableResult = errorText("Runtime.JSONStringifyError", "Unable to stringify response body", []);

/** Nothing was left to wait for, and the handler had not answered. */
export const neverSettled = errorText(
  "Runtime.NodeJsExit",
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes",
  [],
);

/** Lambda: 6 MB, and 100 bytes for an answer. */
export const requestLimitBytes = 6_291_456;
export const responseLimitBytes = 6_291_556;

export const responseTooLarge = errorText(
  "Function.ResponseSizeTooLarge",
  `Response payload size exceeded maximum allowed payload size (${responseLimitBytes} bytes).`,
);

export function timedOut(requestId: string, seconds: number): ErrorText {
  return errorText(
    "Sandbox.Timedout",
    `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  );
}

/** What the kernel calls the signals that end a process, as Lambda writes them. */
const signalNames: Readonly<Record<string, string>> = {
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGILL: "illegal instruction",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
  SIGTRAP: "trace/breakpoint trap",
};

export function exited(requestId: string, code: number | null, signal: string | null): ErrorText {
  const how =
    signal !== null
      ? `Runtime exited with error: signal: ${signalNames[signal] ?? signal}`
      : code === 0
        ? "Runtime exited without providing a reason"
        : `Runtime exited with error: exit status ${code}`;
  return errorText("Runtime.ExitError", `RequestId: ${requestId} Error: ${how}`);
}

function traceOf(error: Error): readonly string[] {
  const lines = error.stack?.split("\n").slice(0, longestTrace) ?? [];
  return lines.map((line) => line.slice(0, longestMessage));
}

/** Not `instanceof`: a function may throw what another realm made (`vm`, a test framework). */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}
