/**
 * The shape of the code, checked: who may import whom, how long files and functions may be, and what may
 * not be left behind. The table is the one in docs/ARCHITECTURE.md.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** Where the engine's ports stand, of which adapters know the types. */
const ports = [
  "ports.ts",
  "activity-port.ts",
  "inspect-port.ts",
  "job-port.ts",
  "map-run/ports.ts",
  "watch-port.ts",
].map((file) => `type:lib/engine/${file}`);

/** For each folder: what it may import of ours, and which packages. Types of a port may be imported where the port is implemented. */
const mayImport: Readonly<Record<string, { readonly ours: readonly string[]; readonly packages: readonly string[] }>> =
  {
    "lib/asl": { ours: ["lib/asl"], packages: ["@dagrejs/dagre", "fzstd", "hyparquet", "jsonata", "node:"] },
    "lib/engine": { ours: ["lib/asl", "lib/engine"], packages: ["node:crypto"] },
    "lib/adapters/aws": {
      ours: ["lib/adapters/aws", ...ports, "type:lib/asl"],
      packages: ["@aws-sdk/", "@smithy/", "aws-lambda", "node:"],
    },
    "lib/adapters/local": {
      ours: ["lib/adapters/local", ...ports, "type:lib/asl"],
      packages: ["lmdb", "node:"],
    },
    "lib/adapters/otlp": { ours: ["lib/adapters/otlp", ...ports], packages: [] },
    "lib/adapters/simulated": {
      ours: ["lib/adapters/simulated", ...ports, "type:lib/asl"],
      packages: ["node:crypto"],
    },
    "lib/integrations": {
      ours: ["lib/integrations", ...ports, "lib/asl/json.ts", "type:lib/asl"],
      packages: ["@aws-sdk/", "@smithy/", "node:"],
    },
    "lib/api": { ours: ["lib/api", "lib/engine", "lib/asl"], packages: ["node:"] },
    // A page in a browser: of ours only what is pure, and the API by its address.
    console: {
      ours: [
        "console",
        "lib/cli/cost",
        "lib/cli/explain",
        "lib/cli/inbox",
        "lib/asl/graph",
        "lib/asl/history/visits.ts",
        "lib/asl/json.ts",
        "type:lib/asl",
      ],
      packages: ["@codemirror/", "@lezer/highlight", "preact"],
    },
    "lib/stack": {
      ours: ["lib/stack", "lib/adapters/aws/names.ts", "lib/asl/policy", "lib/asl/json.ts"],
      packages: ["aws-cdk-lib", "constructs", "yaml", "node:"],
    },
  };

/** Composition roots: they put things together, and are as short as that allows. */
const longestFile = 400;
const longestFunction = 70;
const longestLambda = 40;

const sources = ["lib", "lambdas", "bin", "console"].flatMap((folder) => filesIn(join(root, folder)));
const testSources = ["test", "bench"].flatMap((folder) => filesIn(join(root, folder)));

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const { module } = parseSync(file, text);
  const fixed = module.staticImports.map((found) => ({
    from: found.moduleRequest.value,
    typeOnly: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
  }));
  const forwarded = module.staticExports.flatMap((found) =>
    found.entries.flatMap((entry) =>
      entry.moduleRequest ? [{ from: entry.moduleRequest.value, typeOnly: entry.isType }] : [],
    ),
  );
  const dynamic = module.dynamicImports.flatMap((found) => {
    const literal = /^["'`]([^"'`$]+)["'`]$/.exec(text.slice(found.moduleRequest.start, found.moduleRequest.end));
    return literal?.[1] === undefined ? [] : [{ from: literal[1], typeOnly: false }];
  });
  return [...fixed, ...forwarded, ...dynamic];
}

function violations(file: string): readonly string[] {
  const folder = Object.keys(mayImport).find((name) => file.startsWith(`${name}/`));
  const rule = folder === undefined ? undefined : mayImport[folder];
  if (!rule) return [];
  return importsOf(file)
    .filter((found) => !isAllowed(file, found, rule))
    .map((found) => `${file} may not import ${found.typeOnly ? "types of " : ""}${found.from}`);
}

function isAllowed(
  file: string,
  found: Import,
  rule: { ours: readonly string[]; packages: readonly string[] },
): boolean {
  if (!found.from.startsWith("."))
    return rule.packages.some((name) => found.from === name || found.from.startsWith(name));
  const target = relative(root, resolve(root, dirname(file), found.from));
  return rule.ours.some((allowed) => {
    const typesOnly = allowed.startsWith("type:");
    const place = typesOnly ? allowed.slice("type:".length) : allowed;
    return (target === place || target.startsWith(`${place}/`)) && (!typesOnly || found.typeOnly);
  });
}

function linesOf(file: string): number {
  return readFileSync(join(root, file), "utf8").split("\n").length - 1;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: { readonly name?: string } | null;
}

/** Functions whose own lines, without those of functions inside them, are more than the limit. */
function longFunctions(file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found: string[] = [];
  const linesWithin = ({ start, end }: Node): number => text.slice(start, end).split("\n").length;
  /** Answers how many lines the functions at or below this node take, the outermost ones only. */
  const visit = (node: unknown): number => {
    if (typeof node !== "object" || node === null) return 0;
    const inner = Object.values(node).reduce<number>((sum, child) => sum + visit(child), 0);
    if (!isFunction(node as Node)) return inner;
    const lines = linesWithin(node as Node);
    if (lines - inner > longestFunction)
      found.push(`${file}: ${(node as Node).id?.name ?? "a function"} has ${lines} lines`);
    return lines;
  };
  visit(parseSync(file, text).program.body);
  return found;
}

function isFunction({ type }: Node): boolean {
  return type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";
}

describe("architecture", () => {
  test("imports point inward only", () => {
    expect(sources.flatMap(violations)).toEqual([]);
  });

  test("the embedded mode never loads the AWS SDK when it starts", () => {
    const local = sources.filter((file) => /^lib\/(local|cli|adapters\/local|engine|asl|api)\//.test(file));
    const loaded = local.flatMap((file) =>
      importsOf(file)
        .filter(({ from, typeOnly }) => from.startsWith("@aws-sdk/") && !typeOnly)
        .map(({ from }) => `${file} imports ${from}`),
    );
    expect(loaded).toEqual([]);
  });

  test(`files have at most ${longestFile} lines, lambdas ${longestLambda}`, () => {
    const long = sources
      .map((file) => ({ file, lines: linesOf(file), most: file.startsWith("lambdas/") ? longestLambda : longestFile }))
      .filter(({ lines, most }) => lines > most)
      .map(({ file, lines }) => `${file} has ${lines}`);
    expect(long).toEqual([]);
  });

  test(`functions have at most ${longestFunction} lines of their own`, () => {
    expect(sources.flatMap(longFunctions)).toEqual([]);
  });

  test("files open with a paragraph that says what they are", () => {
    const silent = sources.filter(
      (file) => !file.startsWith("bin/") && !/^(#!.*\n)?\/\*\*/.test(readFileSync(join(root, file), "utf8")),
    );
    expect(silent).toEqual([]);
  });

  test.each([
    ["unfinished work", new RegExp(["TO", "DO|FIX", "ME|X", "XX|not imple", "mented|@ts-", "ignore"].join(""))],
    ["a focused or skipped test", /\b(it|test|describe)\.(only|skip)\(/],
    ["evaluated text", /\bnew Function\(|(?<![$\w.])eval\(/],
  ])("no file holds %s", (_what, pattern) => {
    const holding = [...sources, ...testSources].filter((file) => pattern.test(readFileSync(join(root, file), "utf8")));
    expect(holding.filter((file) => file !== "test/architecture.test.ts")).toEqual([]);
  });
});
