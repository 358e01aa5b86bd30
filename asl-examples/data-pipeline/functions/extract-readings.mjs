/** Reads a month's CSV file, shipped beside the functions, into one object for each row. */
import { readFile } from "node:fs/promises";

class FileNotFound extends Error {
  name = "FileNotFound";
}

export const handler = async ({ month }) => {
  const file = `readings-${month}.csv`;
  let text;
  try {
    text = await readFile(new URL(`../data/${file}`, import.meta.url), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") throw new FileNotFound(`${file} was not delivered`);
    throw error;
  }
  const [header = [], ...lines] = text.trim().split("\n").map(fieldsOf);
  return { file, rows: lines.map((fields) => Object.fromEntries(header.map((name, at) => [name, fields[at] ?? ""]))) };
};

/** The fields of a line; a quoted one may hold commas, and `""` for a quote. */
function fieldsOf(line) {
  const fields = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...fields].map(([, quoted, plain]) => (quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"')));
}
