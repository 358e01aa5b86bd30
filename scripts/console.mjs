/**
 * Builds the web console to dist/console: one script and one style sheet for the start, chunks for what is
 * opened later (the editor), every name but the page's with a hash of its content. Made beside and then
 * moved into place: who reads the folder meanwhile finds a whole console.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build as esbuild } from "esbuild";

export async function bundleConsole(source, target) {
  const next = join(target, "..", `.console.${process.pid}`);
  const { metafile } = await esbuild({
    entryPoints: { console: join(source, "main.tsx") },
    outdir: next,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const made = Object.entries(metafile.outputs).map(([file, output]) => ({ ...output, name: basename(file) }));
  const script = made.find(({ entryPoint }) => entryPoint?.endsWith("console/main.tsx"));
  const style = basename(script.cssBundle);
  const page = await readFile(join(source, "index.html"), "utf8");
  await mkdir(next, { recursive: true });
  await writeFile(join(next, "index.html"), page.replace("{script}", script.name).replace("{style}", style));
  await rm(target, { recursive: true, force: true });
  await rename(next, target);
}
