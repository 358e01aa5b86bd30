/** What a folder holds where nothing is named: the definitions in `machines/`, and the handlers in `tasks/`. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface Project {
  /** Definitions, and folders of them. */
  readonly definitions: readonly string[];
  readonly functionFolders: readonly string[];
}

/** What is named counts; a folder that has no `machines/` is no project. */
export function projectIn(folder: string, named: Project): Project {
  const machines = join(folder, "machines");
  if (!isFolder(machines)) return named;
  const tasks = join(folder, "tasks");
  const { definitions, functionFolders } = named;
  return {
    definitions: definitions.length > 0 ? definitions : [machines],
    functionFolders: functionFolders.length > 0 || !isFolder(tasks) ? functionFolders : [tasks],
  };
}

/** The files that are named, and those in folders that are. */
export function definitionFiles(places: readonly string[]): readonly string[] {
  return places.flatMap((place) => (isFolder(place) ? definitionsIn(place) : [place]));
}

/** What begins with a dot is some tool's own: Emacs's lock beside a file that is edited, macOS's attributes of one. */
function definitionsIn(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => /^[^.].*\.(json|ya?ml)$/.test(name));
  return files.sort().map((name) => join(folder, name));
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
