/**
 * The program of a function's own process: loads the module, then runs one invocation after the other,
 * as Lambda's runtime for Node does. It answers on descriptor 4 with blocking writes, so that a result
 * or a line of output is out before the function's next statement can hang, exit or crash.
 *
 * Arguments: the module's file, and the function's name. It ends when the engine closes descriptor 3.
 */
import { spawnSync } from "node:child_process";
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { pathToFileURL } from "node:url";
import {
  describeError,
  type ErrorText,
  errorText,
  loadFailure,
  neverSettled,
  responseLimitBytes,
  responseTooLarge,
  unhandledRejection,
  unserializableResult,
} from "./error-text.ts";
import { encodeFrame, frameReader, type InvokeFrame, type RuntimeFrame } from "./frames.ts";
import { type LineCutter, lineCutter } from "./lines.ts";

interface Handler {
  readonly call: (...parameters: readonly unknown[]) => unknown;
  readonly takesCallback: boolean;
}

type Settle = (frame: RuntimeFrame, body: string) => void;

const [file = "", name = ""] = process.argv.slice(2);
const inbox = new Socket({ fd: 3, readable: true, writable: false });
const output = { stdout: cutterOf("stdout"), stderr: cutterOf("stderr") };
/** Ends the invocation that is running; absent between two. */
let running: Settle | undefined;

captureOutput("stdout");
captureOutput("stderr");
inbox.on("end", () => process.exit(0));
inbox.on("error", () => process.exit(0));
process.on("uncaughtException", (error) => die(describeError(error), 129));
process.on("unhandledRejection", (reason) => die(unhandledRejection(reason), 128));
process.on("beforeExit", () => running?.({ kind: "failed", dying: false }, neverSettled));
process.on("exit", flushOutput);
const handler = await loadHandler();
inbox.on(
  "data",
  frameReader<InvokeFrame>((frame, body) => invoke(handler, frame, body)),
);
send({ kind: "ready" });

function send(frame: RuntimeFrame, body = ""): void {
  const bytes = encodeFrame(frame, body);
  for (let written = 0; written < bytes.length; ) written += writeSync(4, bytes, written);
}

/** Lines go the same way as results, so that they arrive in order and before the result. */
function captureOutput(stream: "stdout" | "stderr"): void {
  const write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    output[stream].write(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    const written = rest.at(-1);
    if (typeof written === "function") process.nextTick(written);
    return true;
  };
  Object.defineProperty(process[stream], "write", { value: write });
}

function cutterOf(stream: "stdout" | "stderr"): LineCutter {
  return lineCutter((line) => send({ kind: "line", stream }, line));
}

function flushOutput(): void {
  output.stdout.flush();
  output.stderr.flush();
}

/** Something escaped the handler: whatever state the process is in now, nothing should run in it again. */
function die(error: ErrorText, exitCode: number): never {
  if (running === undefined) unloadable(error);
  running({ kind: "failed", dying: true }, error);
  process.exit(exitCode);
}

async function loadHandler(): Promise<Handler> {
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    const found = member(module, "handler") ?? member(member(module, "default"), "handler");
    if (typeof found === "function") {
      return { call: (...parameters) => found(...parameters) as unknown, takesCallback: found.length > 2 };
    }
    return unloadable(errorText("Runtime.HandlerNotFound", `${name}.handler is undefined or not exported`, []));
  } catch (error) {
    const failure = loadFailure(error);
    if (failure.includes("Runtime.UserCodeSyntaxError")) tellPlace();
    return unloadable(failure);
  }
}

/** Prints file, line and text of a syntax error: an error of `import` does not say where it is. */
function tellPlace(): void {
  const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 5_000 });
  const [place = ""] = (stderr ?? "").split("\n\n");
  if (place.startsWith(file) || place.startsWith("file:")) process.stderr.write(`${place}\n`);
}

/** Nothing will run here: the module did not load, or what it started in the background failed. */
function unloadable(error: ErrorText): never {
  process.stderr.write(`${error}\n`);
  flushOutput();
  send({ kind: "unloadable" }, error);
  process.exit(1);
}

function member(value: unknown, key: string): unknown {
  const holder = (typeof value === "object" && value !== null) || typeof value === "function" ? value : {};
  return Reflect.get(holder, key);
}

function invoke(handler: Handler, frame: InvokeFrame, body: string): void {
  // Waiting for the next invocation must not count as something to wait for: `beforeExit` would not come.
  inbox.unref();
  const settle: Settle = (answer, text) => {
    if (running !== settle) return;
    running = undefined;
    inbox.ref();
    flushOutput();
    send(answer, text);
  };
  running = settle;
  if (frame.traceHeader === undefined) delete process.env["_X_AMZN_TRACE_ID"];
  else process.env["_X_AMZN_TRACE_ID"] = frame.traceHeader;
  answerOf(handler, frame, body).then(
    (result) => succeed(settle, result),
    (error) => settle({ kind: "failed", dying: false }, describeError(error)),
  );
}

/** By a promise; else by the callback, where the handler declares one; else by what it returned. */
function answerOf({ call, takesCallback }: Handler, frame: InvokeFrame, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback = (error?: unknown, result?: unknown) => (error ? reject(error) : resolve(result));
    const returned = call(JSON.parse(body), contextOf(frame), callback);
    if (!takesCallback || typeof member(returned, "then") === "function") resolve(returned);
  });
}

function succeed(settle: Settle, result: unknown): void {
  let text: string;
  try {
    text = JSON.stringify(result) ?? "null";
  } catch {
    settle({ kind: "failed", dying: false }, unserializableResult);
    return;
  }
  const tooLarge = Buffer.byteLength(text) > responseLimitBytes;
  if (tooLarge) settle({ kind: "failed", dying: false }, responseTooLarge);
  else settle({ kind: "succeeded" }, text);
}

function contextOf(frame: InvokeFrame): object {
  const deadline = Date.now() + frame.budget;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: "$LATEST",
    invokedFunctionArn: frame.functionArn,
    memoryLimitInMB: process.env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] ?? "",
    awsRequestId: frame.requestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: `local/${process.pid}`,
    ...(frame.clientContext !== undefined && { clientContext: JSON.parse(frame.clientContext) as unknown }),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}
