/** `baton init NAME`: a project that runs and whose tests pass, in a new folder. Nothing is installed, nothing overwritten. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { Failure } from "../failure.ts";
import { projectFiles } from "../init/project.ts";
import { jsonOption } from "../options.ts";
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
      const files = projectFiles(name, version());
      for (const [file, content] of Object.entries(files)) write(join(folder, file), content);
      if (json) console.log(JSON.stringify({ name, folder, files: Object.keys(files) }, undefined, 2));
      else console.log(greeting(folder, Object.keys(files)));
    });
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
  writeFileSync(file, content);
}

function greeting(folder: string, files: readonly string[]): string {
  return [
    `${paint("green", "✔")} ${folder}`,
    ...files.map((file) => `    ${file}`),
    "",
    `next:  cd ${folder} && npx baton dev`,
    "       npx baton start order --input @examples/a1.json --follow",
    "       npx baton test",
  ].join("\n");
}
