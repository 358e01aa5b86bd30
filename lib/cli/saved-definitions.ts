/**
 * Which definitions somebody has saved since the last look. Files are looked at, not watched: that works on every
 * file system and for every editor. One counts as saved when it stays the same from one look to the next, so that
 * nobody reads half of it.
 */
import { statSync } from "node:fs";
import { machineNamed } from "./definition-file.ts";
import { definitionFiles } from "./project.ts";

export interface SavedDefinitions {
  /** New ones too; those that are gone are nobody's. */
  look(): readonly string[];
}

/** What is there now is known. */
export function savedDefinitions(places: readonly string[]): SavedDefinitions {
  const known = marksOf(places);
  let before: ReadonlyMap<string, string> = known;
  return {
    look() {
      const now = marksOf(places);
      const saved = [...now].filter(([file, mark]) => known.get(file) !== mark && before.get(file) === mark);
      for (const [file, mark] of saved) known.set(file, mark);
      for (const file of known.keys()) if (!now.has(file)) known.delete(file);
      before = now;
      return saved.map(([file]) => file);
    },
  };
}

/** What changes when somebody writes to it. Editors put a new file in its place, which is gone for a moment. */
function marksOf(places: readonly string[]): Map<string, string> {
  const marks = new Map<string, string>();
  for (const file of definitionFiles(places)) {
    const found = statSync(machineNamed(file).path, { throwIfNoEntry: false });
    if (found?.isFile()) marks.set(file, `${found.mtimeMs} ${found.size} ${found.ino}`);
  }
  return marks;
}
