/**
 * Which parts of `$states` an expression reads, and whether they exist where it stands: `result` only
 * where a call has one, `errorOutput` only in a Catch. The compiler of expressions cannot know: it does
 * not see the state.
 */
import { type Place, report } from "./place.ts";

const literals = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[\s\S]*?\*\//g;
const partial = /\$states\s*\.\s*(result|errorOutput)\b/g;

export function judgeStatesReferences(source: string, place: Place): void {
  if (!source.includes("$states")) return;
  const code = source.replace(literals, '""');
  const read = new Set([...code.matchAll(partial)].map((match) => match[1]));
  if (read.has("result") && !place.sees.result) absent("result", source, place);
  if (read.has("errorOutput") && !place.sees.errorOutput) absent("errorOutput", source, place);
}

function absent(part: "result" | "errorOutput", value: string, place: Place): void {
  report(place, `Field '$states.${part}' does not exist.`, {
    code: "UNSUPPORTED_JSONATA_EXPRESSION",
    value,
    hint:
      part === "result"
        ? "only Output and Assign of Task, Parallel and Map see '$states.result'"
        : "only Output and Assign of a Catch see '$states.errorOutput'",
  });
}
