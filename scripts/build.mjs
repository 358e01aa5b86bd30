/**
 * Builds dist/: the library with tsc; the command line, the web console and each function of lambdas/ with
 * esbuild. The command line is a few files, because to load hundreds takes longer than all that it does until it
 * is ready; a function is one ESM bundle that carries its AWS clients. Types are not checked here (`npm run check`
 * does), so that `npm start` and `npm test` can call this every time.
 */
import { spawn } from "node:child_process";
import { chmod, cp, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build as esbuild } from "esbuild";
import { bundleConsole } from "./console.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

/** Packages that are CommonJS call `require` for Node's own modules. */
const requireOfNode = {
  js: 'import{createRequire as batonRequire}from"node:module";const require=batonRequire(import.meta.url);',
};

export async function build() {
  await mkdir(dist, { recursive: true });
  const page = bundleConsole(join(root, "console"), join(dist, "console"));
  await Promise.all([compile(), bundleCommandLine(), bundleLambdas(page)]);
}

/** lib to dist, with declarations. What no longer has a source goes first. */
async function compile() {
  await removeStale("lib");
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const options = ["--noCheck", "--incremental", "--tsBuildInfoFile", join(dist, ".tsbuildinfo")];
  await run(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json"), ...options]);
}

async function removeStale(folder) {
  for (const file of await list(join(dist, folder))) {
    const source = join(root, folder, file.replace(/(\.d\.ts|\.js)$/, ".ts"));
    if (!(await exists(source))) await rm(join(dist, folder, file), { force: true });
  }
}

/** What every command loads first: to find these three and to look through them takes a sixth of the time until it is ready. */
const carried = new Set(["commander", "jsonata", "@dagrejs/dagre"]);

/** The other dependencies stay packages: lmdb is not for bundles, and users see and update what they have. */
const packages = {
  name: "packages",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || carried.has(path) ? undefined : { path, external: true },
    );
  },
};

async function bundleCommandLine() {
  const own = { plugins: [packages], target: "node20", banner: requireOfNode };
  await bundle({ baton: join(root, "bin", "baton.ts") }, join(dist, "bin"), own);
  await chmod(join(dist, "bin", "baton.js"), 0o755);
}

/** Each lambdas/<name>.ts to dist/lambdas/<name>/index.mjs; clients imported on first use stay chunks of their own. */
async function bundleLambdas(page) {
  const { functions, resourceFunctions } = await loadNames();
  const names = [];
  for (const name of [...functions, ...resourceFunctions]) {
    if (await exists(join(root, "lambdas", `${name}.ts`))) names.push(name);
    else console.log(`build: no lambdas/${name}.ts yet, skipped`);
  }
  await Promise.all(
    names.map((name) => bundleFunction(join(root, "lambdas", `${name}.ts`), join(dist, "lambdas", name))),
  );
  // The api function serves the console from beside its own bundle.
  await page;
  if (names.includes("api"))
    await cp(join(dist, "console"), join(dist, "lambdas", "api", "console"), { recursive: true });
}

export async function bundleFunction(entry, folder) {
  await bundle({ index: entry }, folder, {
    outExtension: { ".js": ".mjs" },
    target: "node24",
    minify: true,
    // Names in stack traces and in `error.name` survive minifying.
    keepNames: true,
    sourcemap: "external",
    banner: requireOfNode,
  });
}

/** Made beside and then moved into place: who reads the folder meanwhile finds a whole bundle. */
async function bundle(entryPoints, folder, options) {
  const next = join(dirname(folder), `.${basename(folder)}.${process.pid}`);
  await esbuild({
    entryPoints,
    outdir: next,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
  await rm(folder, { recursive: true, force: true });
  await rename(next, folder);
}

/** The list of functions lives in TypeScript, once; Node 20 does not read that by itself. */
async function loadNames() {
  const { outputFiles } = await esbuild({
    entryPoints: [join(root, "lib", "adapters", "aws", "names.ts")],
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${basename(args[0])} ended with ${code}`))));
  });
}

async function list(folder) {
  if (!(await exists(folder))) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
