/**
 * Where the program of a function's process lies as JavaScript: in the package once it is built. Run from its sources (tests, benches), this package compiles it by its own esbuild first.
 */
import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageFile } from "../package.ts";

let program: Promise<string> | undefined;

export function runtimeProgram(): Promise<string> {
  program ??= import.meta.url.endsWith(".ts")
    ? compileFromSource(packageFile("lib", "local", "functions", "runtime.ts"))
    : Promise.resolve(packageFile("dist", "lib", "local", "functions", "runtime.js"));
  return program;
}

async function compileFromSource(source: string): Promise<string> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild gave no output");
  const folder = join(tmpdir(), "baton-runtime");
  const file = join(folder, `${createHash("sha256").update(output.text).digest("hex").slice(0, 16)}.mjs`);
  // Written aside and renamed: another process may be doing the same.
  const aside = `${file}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await writeFile(aside, output.text);
  await rename(aside, file);
  return file;
}
