/**
 * The simulation as one file of JavaScript, in which groups are narrow and perhaps one place is changed. A run
 * is a second of work for each of its thousands of seeds; to load the sources one by one takes seconds itself.
 */
import { readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { ownFolder } from "./folder.ts";

/** What stands in a file exactly once, and what is to stand there instead. */
export interface Change {
  /** From the root of the project. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

interface Bundle {
  readonly path: string;
  remove(): void;
}

const root = resolve(import.meta.dirname, "../..");

export async function bundled(change?: Change): Promise<Bundle> {
  const folder = ownFolder();
  const path = join(folder.path, "work.mjs");
  const bundle = { path, remove: folder.remove };
  try {
    symlinkSync(join(root, "node_modules"), join(folder.path, "node_modules"));
    await build({
      entryPoints: [join(import.meta.dirname, "work.ts")],
      outfile: path,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: "inline",
      logLevel: "error",
      plugins: [standIns, ...(change ? [changing(change)] : [])],
    });
  } catch (error) {
    bundle.remove();
    throw error;
  }
  return bundle;
}

/** What stands in for files of the engine. */
const standIns: Plugin = {
  name: "stand-ins",
  setup: ({ onResolve }) => {
    const narrow = join(import.meta.dirname, "narrow-groups.ts");
    const once = join(import.meta.dirname, "decoded-once.ts");
    onResolve({ filter: /\/group-width\.ts$/ }, () => ({ path: narrow }));
    onResolve({ filter: /\/codec\.ts$/ }, ({ importer }) => (importer === once ? undefined : { path: once }));
  },
};

function changing({ file, from, to }: Change): Plugin {
  const changed = join(root, file);
  return {
    name: "change",
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path !== changed) return undefined;
        const text = readFileSync(path, "utf8");
        const count = text.split(from).length - 1;
        if (count !== 1) throw new Error(`what is to be changed stands ${count} times in ${file}: ${from}`);
        return { contents: text.replace(from, () => to), loader: "ts" };
      });
    },
  };
}
