/** Makes a folder of functions from their sources, and invokes them as an integration would. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FunctionAnswer, Invocation } from "../../../lib/integrations/function-invoker.ts";
import { type FunctionsOptions, type LocalFunctions, openFunctions } from "../../../lib/local/functions/functions.ts";

export interface FunctionsUnderTest extends LocalFunctions {
  readonly path: string;
  readonly lines: string[];
  call(name: string, event?: unknown, more?: Partial<Invocation>): Promise<FunctionAnswer | undefined>;
  write(files: Readonly<Record<string, string>>): void;
  /** Ends the processes and removes the folder. */
  dispose(): Promise<void>;
}

export function folderOf(
  files: Readonly<Record<string, string>>,
  options: Omit<FunctionsOptions, "folder"> = {},
): FunctionsUnderTest {
  const path = mkdtempSync(join(tmpdir(), "baton-functions-"));
  const write = (sources: Readonly<Record<string, string>>) => {
    for (const [name, source] of Object.entries(sources)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), source);
    }
  };
  write(files);
  const lines: string[] = [];
  const functions = openFunctions({
    onLine: ({ functionName, stream, line }) => lines.push(`${functionName} ${stream}: ${line}`),
    ...options,
    folder: path,
  });
  return {
    ...functions,
    path,
    lines,
    write,
    call: (name, event = {}, more = {}) => functions.invoke(invocation(name, event, more)),
    dispose: async () => {
      await functions.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

export function invocation(name: string, event: unknown, more: Partial<Invocation> = {}): Invocation {
  return {
    reference: name,
    name,
    payload: JSON.stringify(event),
    type: "RequestResponse",
    region: "us-east-1",
    account: "000000000000",
    signal: new AbortController().signal,
    ...more,
  };
}

/** The answer on one line: what was returned, or which error with which message. Request ids are `<id>`. */
export function told(answer: FunctionAnswer | undefined): string {
  if (answer === undefined) return "unknown function";
  if (answer.kind !== "answered") return `${answer.kind}: ${withoutIds(answer.cause)}`;
  if (answer.functionError === undefined) return answer.payload;
  const { errorType, errorMessage } = JSON.parse(answer.payload);
  return withoutIds(`${errorType}: ${errorMessage}`);
}

function withoutIds(text: string): string {
  return text.replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "<id>");
}
