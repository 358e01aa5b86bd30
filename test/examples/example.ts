/**
 * The examples as data: definition, functions, and cases with what is expected of each. Whoever runs
 * them (the simulator, the engine on some world) compares through here.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { simplified } from "./simplified.ts";

export interface Example {
  readonly name: string;
  readonly definition: string;
  readonly functions: string;
  readonly cases: readonly ExampleCase[];
}

export interface ExampleCase {
  readonly example: Example;
  readonly name: string;
  readonly folder: string;
  /** JSON text. */
  readonly input: string;
  /** Who answers which state's task token, and when: the n-th visit of a state takes the n-th answer. */
  readonly callbacks: Readonly<Record<string, Callback>>;
  readonly expected: Outcome;
  /** Simplified: see `simplified.ts`. */
  readonly history: readonly unknown[];
}

export interface Callback {
  readonly afterSeconds: number;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** How an execution ended, in one shape for a success and a failure. */
export interface Outcome {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: unknown;
}

const root = fileURLToPath(new URL("../../asl-examples/", import.meta.url));

export const examples: readonly Example[] = foldersIn(root).map(loadExample);

export function loadExample(name: string): Example {
  const folder = join(root, name);
  const cases: ExampleCase[] = [];
  const example: Example = {
    name,
    definition: readFileSync(join(folder, "definition.asl.json"), "utf8"),
    functions: join(folder, "functions"),
    cases,
  };
  for (const each of foldersIn(join(folder, "cases"))) cases.push(loadCase(example, join(folder, "cases", each), each));
  return example;
}

function loadCase(example: Example, folder: string, name: string): ExampleCase {
  const read = (file: string) =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : undefined;
  return {
    example,
    name,
    folder,
    input: read("input.json") ?? "{}",
    callbacks: JSON.parse(read("callbacks.json") ?? "{}"),
    expected: JSON.parse(read("expected.json") ?? '{"status":"unknown"}'),
    history: JSON.parse(read("history.json") ?? "[]"),
  };
}

function foldersIn(path: string): readonly string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** `output` is JSON text; `failure` as the engine or DescribeExecution has it. */
export function outcome(
  status: string,
  output: string | undefined,
  failure: { readonly error?: string | undefined; readonly cause?: string | undefined } | undefined,
): Outcome {
  if (output !== undefined) return { status, output: simplified(output) };
  return {
    status,
    ...(failure?.error !== undefined && { error: failure.error }),
    ...(failure?.cause !== undefined && { cause: simplified(failure.cause) }),
  };
}
