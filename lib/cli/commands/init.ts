/** `baton init NAME`: a project that runs and whose tests pass, in a new folder. Nothing is installed, nothing overwritten. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Command } from "commander";
import { packageFile } from "../../local/package.ts";
import { Failure } from "../failure.ts";
import { projectFiles } from "../init/project.ts";
import { jsonOption, writeText } from "../options.ts";
import { paint } from "../paint.ts";
import { version } from "../version.ts";

export function initCommand(): Command {
  return new Command("init")
    .description("make a new project: a state machine, its tasks and its tests")
    .argument("<folder>", "where; its name is the project's")
    .addOption(jsonOption())
    .action((folder: string, { json }: { readonly json?: boolean }) => {
      if (existsSync(folder) && readdirSync(folder).length > 0) {
        throw new Failure(`${folder} is there already and not empty; name a new folder`);
      }
      const name = packageName(basename(resolve(folder)));
      const files = projectFiles(name, dependencyFor(folder));
      for (const [file, content] of Object.entries(files)) write(join(folder, file), content);
      if (json) console.log(JSON.stringify({ name, folder, files: Object.keys(files) }, undefined, 2));
      else console.log(greeting(folder, Object.keys(files)));
    });
}

/** What npm finds Baton by: a clone, which has the sources, by where it lies. */
function dependencyFor(folder: string): string {
  const own = packageFile();
  return existsSync(join(own, "bin", "baton.ts")) ? `file:${relative(folder, own)}` : `^${version()}`;
}

/** npm takes small letters, digits and dashes. */
function packageName(given: string): string {
  return (
    given
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "") || "machines"
  );
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeText(file, content);
}

function greeting(folder: string, files: readonly string[]): string {
  return [
    `${paint("green", "✔")} ${folder}`,
    ...files.map((file) => `    ${file}`),
    "",
    `next:  cd ${folder} && npm install && npx baton dev`,
    "       npx baton start order --input @examples/a1.json --follow",
    "       npx baton test",
  ].join("\n");
}
