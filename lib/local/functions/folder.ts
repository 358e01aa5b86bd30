/**
 * The functions in a folder by name, and a version that changes when any code in the folder does. The
 * folder is looked at again when a call comes and the last look is a moment ago; nothing is watched,
 * so it costs nothing while idle and works on every file system.
 */
import { readdirSync, type Stats, statSync } from "node:fs";
import { extname, join } from "node:path";

export interface FunctionFile {
  readonly name: string;
  readonly file: string;
  /** Of all code in the folder: a function may import its neighbours. */
  readonly version: string;
}

export interface Folder {
  find(name: string): FunctionFile | undefined;
  /** In alphabetical order. */
  names(): readonly string[];
}

/** What a handler may be written in; of two files with the same name the first in this order wins. */
const extensions = [".mjs", ".js", ".cjs", ".ts", ".mts", ".py"];
/** What AWS's templates call the file with the handler. */
const entryNames: ReadonlySet<string> = new Set(["index", "app", "lambda_function"]);
const freshMilliseconds = 100;
/** Beyond these the folder is not one of functions, and looking at it would be felt at every call. */
const filesLimit = 2000;
const depthLimit = 8;

interface Look {
  readonly at: number;
  readonly version: string;
  readonly functions: ReadonlyMap<string, string>;
}

export function openFolder(path: string, now: () => number = () => performance.now()): Folder {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`the functions folder '${path}' is not a folder`);
  }
  let look = lookAt(path, now());
  const fresh = () => {
    if (now() - look.at >= freshMilliseconds) look = lookAt(path, now());
    return look;
  };
  return {
    find: (name) => {
      const { functions, version } = fresh();
      const file = functions.get(name);
      return file === undefined ? undefined : { name, file, version };
    },
    names: () => [...fresh().functions.keys()].sort(),
  };
}

function lookAt(path: string, at: number): Look {
  const files = codeFiles(path, 0);
  if (files.length > filesLimit) {
    throw new Error(
      `the functions folder '${path}' holds more than ${filesLimit} code files; keep only functions in it`,
    );
  }
  const functions = new Map<string, string>();
  for (const { file, relative } of [...files].sort((one, other) => rankOf(one) - rankOf(other))) {
    const name = functionNameOf(relative);
    if (name !== undefined && !functions.has(name)) functions.set(name, file);
  }
  const version = files.map(({ relative, stats }) => `${relative}:${stats.mtimeMs}:${stats.size}`).join("|");
  return { at, version, functions };
}

/** `NAME.ext`; or in a folder of its own, as templates lay functions out: `NAME/index.ext`. */
function functionNameOf(relative: string): string | undefined {
  const form = /^(?<name>[\w-]+)(?:\/(?<entry>[\w-]+))?\.\w+$/;
  const { name, entry } = form.exec(relative)?.groups ?? {};
  return entry === undefined || entryNames.has(entry) ? name : undefined;
}

/** A file of the function's name comes before a folder of its name. */
function rankOf({ relative }: CodeFile): number {
  return extensions.indexOf(extname(relative)) + (relative.includes("/") ? extensions.length : 0);
}

interface CodeFile {
  readonly file: string;
  /** Its path in the folder. */
  readonly relative: string;
  readonly stats: Stats;
}

function codeFiles(root: string, depth: number, below = ""): CodeFile[] {
  if (depth > depthLimit) return [];
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
    const relative = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return codeFiles(root, depth + 1, relative);
    if (!extensions.includes(extname(entry.name)) || entry.name.endsWith(".d.ts")) return [];
    const file = join(root, relative);
    // Gone between the listing and the look: a tool is writing here, the next look will tell.
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ file, relative, stats }];
  });
}
