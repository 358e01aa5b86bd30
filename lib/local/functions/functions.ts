/**
 * Lambda functions without Lambda: each file of a folder is one, and is run in a process of its own,
 * within Lambda's limits and with its failures. `functions/charge-card.mjs` answers to the function
 * name `charge-card`, in whatever account and Region, and whatever the qualifier.
 */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { SegmentKey } from "../../engine/ports.ts";
import type { FunctionAnswer, FunctionInvoker, Invocation } from "../../integrations/function-invoker.ts";
import { Environment, type Request } from "./environment.ts";
import { type ErrorText, errorText, requestLimitBytes } from "./error-text.ts";
import { type FunctionFile, openFolder } from "./folder.ts";
import { Pool, type Program } from "./pool.ts";
import { isPython, pythonProgram } from "./python-program.ts";
import { runtimeProgram } from "./runtime-program.ts";
import { type Compiled, compileTypeScript, isTypeScript } from "./typescript.ts";

export interface FunctionsOptions {
  readonly folder: string;
  /** How long an invocation may take. */
  readonly timeoutSeconds?: number;
  /** The size of a function's heap. */
  readonly memoryMegabytes?: number;
  /** How many processes there may be at once, over all functions. */
  readonly processLimit?: number;
  /** Environment variables for the functions, beside those of this process. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly onLine?: (line: OutputLine) => void;
  readonly now?: () => number;
}

export interface OutputLine {
  /** The attempt of a Task during which it came; absent: between calls, or for nobody who can be told. */
  readonly claim?: SegmentKey;
  readonly functionName: string;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

export interface LocalFunctions {
  readonly invoke: FunctionInvoker;
  names(): readonly string[];
  /** Ends every process. */
  close(): Promise<void>;
}

/** Lambda's longest: a local function is more often debugged than runaway, and its Task has a time-out of its own. */
const defaultTimeoutSeconds = 900;
const defaultMemoryMegabytes = 512;
/** About 10 MB of its own each (of 40 MB, the rest is shared). Calls beyond wait in turn. */
const defaultProcessLimit = 32;
const idleMilliseconds = 5 * 60 * 1000;

export function openFunctions(options: FunctionsOptions): LocalFunctions {
  const folder = openFolder(resolve(options.folder), options.now);
  const programs = createPrograms();
  const pool = createPool(options);
  const timeoutSeconds = options.timeoutSeconds ?? defaultTimeoutSeconds;
  const invoke: FunctionInvoker = async (invocation) => {
    const found = folder.find(invocation.name);
    if (found === undefined) return undefined;
    const request = requestOf(invocation, timeoutSeconds);
    if (Buffer.byteLength(request.payload) > requestLimitBytes) return requestTooLarge(request);
    if (invocation.type === "DryRun") return answered(request, 204, "");
    const program = await programs(found);
    if (program.kind === "no-compiler") return { kind: "misconfigured", cause: program.message };
    if (program.kind === "failed") return failed(request, errorText("Runtime.UserCodeSyntaxError", program.message));
    if (invocation.type === "Event") {
      // Nobody waits for it: what it comes to shows in its output only.
      void pool.run(program, request, new AbortController().signal);
      return answered(request, 202, "");
    }
    const { kind, payload } = await pool.run(program, request, invocation.signal);
    return kind === "failed" ? failed(request, payload) : answered(request, 200, payload);
  };
  return { invoke, names: () => folder.names(), close: () => pool.close() };
}

function createPool({ folder, memoryMegabytes, processLimit, variables, onLine }: FunctionsOptions): Pool {
  return new Pool({
    limit: processLimit ?? defaultProcessLimit,
    idleMilliseconds,
    start: ({ name, file, runtime }) =>
      new Environment({
        runtime,
        folder: resolve(folder),
        name,
        file,
        memoryMegabytes: memoryMegabytes ?? defaultMemoryMegabytes,
        variables: variables ?? {},
        onLine: (stream, line, during) =>
          onLine?.({ functionName: name, stream, line, ...(during?.claim && { claim: during.claim }) }),
      }),
  });
}

type Prepared = ({ readonly kind: "program" } & Program) | Exclude<Compiled, { kind: "compiled" }>;

/** What to run for a file: prepared once for each version of it. */
function createPrograms(): (found: FunctionFile) => Promise<Prepared> {
  const latest = new Map<string, { readonly version: string; readonly prepared: Promise<Prepared> }>();
  return (found) => {
    const known = latest.get(found.name);
    if (known?.version === found.version) return known.prepared;
    const prepared = prepare(found);
    latest.set(found.name, { version: found.version, prepared });
    return prepared;
  };
}

async function prepare({ name, file, version }: FunctionFile): Promise<Prepared> {
  const runtime = isPython(file) ? pythonProgram : await runtimeProgram();
  if (!isTypeScript(file)) return { kind: "program", name, file, version, runtime };
  const tag = createHash("sha256").update(`${file}|${version}`).digest("hex").slice(0, 16);
  const compiled = await compileTypeScript(file, `${name}-${tag}`);
  return compiled.kind === "compiled" ? { kind: "program", name, file: compiled.file, version, runtime } : compiled;
}

function requestOf(invocation: Invocation, timeoutSeconds: number): Request {
  const { region, account, name, qualifier, payload, clientContext, traceHeader, claim } = invocation;
  return {
    requestId: crypto.randomUUID(),
    functionArn: `arn:aws:lambda:${region}:${account}:function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`,
    payload,
    timeoutSeconds,
    ...(clientContext !== undefined && { clientContext }),
    ...(traceHeader !== undefined && { traceHeader }),
    ...(claim !== undefined && { claim }),
  };
}

function answered({ requestId }: Request, statusCode: number, payload: string): FunctionAnswer {
  return { kind: "answered", executedVersion: "$LATEST", payload, requestId, statusCode };
}

function failed(request: Request, error: ErrorText): FunctionAnswer {
  return {
    kind: "answered",
    executedVersion: "$LATEST",
    functionError: "Unhandled",
    payload: error,
    requestId: request.requestId,
    statusCode: 200,
  };
}

function requestTooLarge({ requestId }: Request): FunctionAnswer {
  return {
    kind: "refused",
    exception: "RequestTooLargeException",
    cause: `Request must be smaller than ${requestLimitBytes} bytes for the InvokeFunction operation (Service: Lambda, Status Code: 413, Request ID: ${requestId})`,
  };
}
