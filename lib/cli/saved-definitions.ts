/**
 * Which definitions somebody has saved since the last look. Files are looked at, not watched: that works on every
 * file system and for every editor. One counts as saved when it stays the same from one look to the next, so that
 * nobody reads half of it.
 */
import { statSync } from "node:fs";
import { definitionBeside, machineNamed } from "./definition-file.ts";
import { definitionFiles } from "./project.ts";

export interface SavedDefinitions {
  /** New ones too; those that are gone are nobody's. */
  look(): readonly string[];
}

/** What is there now is known. */
export function savedDefinitions(places: readonly string[]): SavedDefinitions {
  const marksOf = marking();
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

/** A template's definition may stand in a file beside it. Which one is asked only of a template that has changed. */
function marking(): (places: readonly string[]) => Map<string, string> {
  const templates = new Map<string, { readonly mark: string; readonly beside: string | undefined }>();
  const besideOf = (file: string, mark: string): string | undefined => {
    const known = templates.get(file);
    if (known?.mark === mark) return known.beside;
    const beside = definitionBeside(file);
    templates.set(file, { mark, beside });
    return beside;
  };
  return (places) => {
    const marks = new Map<string, string>();
    for (const file of definitionFiles(places)) {
      const mark = markOf(machineNamed(file).path);
      const beside = mark === undefined ? undefined : besideOf(file, mark);
      const all = beside === undefined ? [mark] : [mark, markOf(beside)];
      if (!all.includes(undefined)) marks.set(file, all.join(" "));
    }
    return marks;
  };
}

/** What changes when somebody writes to it. Editors put a new file in its place, which is gone for a moment. */
function markOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.mtimeMs} ${found.size} ${found.ino}` : undefined;
}
