/**
 * Functions written in TypeScript, turned into one JavaScript file each by the esbuild of the user's
 * own project: we ship no compiler. Packages stay imports, so the result lies where they resolve:
 * in the `node_modules/.cache` next to them.
 */
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** What we need of esbuild. */
interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export type Compiled =
  | { readonly kind: "compiled"; readonly file: string }
  | { readonly kind: "no-compiler"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

export function isTypeScript(file: string): boolean {
  return /\.m?ts$/.test(file);
}

/** `tag` makes the output's name, one for each version of the source. */
export async function compileTypeScript(file: string, tag: string): Promise<Compiled> {
  const folder = dirname(file);
  const esbuild = await findEsbuild(folder);
  if (esbuild === undefined) {
    return {
      kind: "no-compiler",
      message: `'${file}' is TypeScript, and no esbuild is installed where its folder could find it. Install it there (npm install --save-dev esbuild), or write the function as .mjs.`,
    };
  }
  const outfile = join(cacheFolder(folder), `${tag}.mjs`);
  try {
    await esbuild.build({
      entryPoints: [file],
      outfile,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: "inline",
      logLevel: "silent",
    });
    return { kind: "compiled", file: outfile };
  } catch (error) {
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

async function findEsbuild(folder: string): Promise<Esbuild | undefined> {
  let path: string;
  try {
    path = createRequire(join(folder, "function.js")).resolve("esbuild");
  } catch {
    return undefined;
  }
  const module: { readonly default: Esbuild } = await import(pathToFileURL(path).href);
  return module.default;
}

function cacheFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const modules = join(at, "node_modules");
    if (!existsSync(modules) && at !== dirname(at)) continue;
    const cache = join(existsSync(modules) ? modules : folder, ".cache", "baton", "functions");
    mkdirSync(cache, { recursive: true });
    return cache;
  }
}
