/**
 * Where the program of a function's process lies as JavaScript: beside this file once the package is
 * built. Run from its sources (tests, benches), this package compiles it by its own esbuild first.
 */
import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

let program: Promise<string> | undefined;

export function runtimeProgram(): Promise<string> {
  program ??= import.meta.url.endsWith(".ts")
    ? compileFromSource(fileURLToPath(new URL("./runtime.ts", import.meta.url)))
    : Promise.resolve(fileURLToPath(new URL("./runtime.js", import.meta.url)));
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
