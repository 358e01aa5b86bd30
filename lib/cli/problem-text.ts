/** A problem of a definition as a person reads it: how bad, where, what, and what would be right. */
import type { Problem } from "../asl/problem.ts";
import { paint } from "./paint.ts";

/** A problem of the language, or one that only a file can have. */
export type ToldProblem = Omit<Problem, "code"> & { readonly code: string };

const colours = { ERROR: "red", WARNING: "yellow", HINT: "cyan" } as const;

export function problemText(problem: ToldProblem, file: string): string {
  const { place, message } = located(problem, file);
  const hints = [
    problem.value === undefined || message.includes(problem.value) ? [] : [`got ${problem.value}`],
    problem.allowed === undefined || message.includes("[") ? [] : [`allowed: ${problem.allowed.join(", ")}`],
    problem.hint === undefined ? [] : [problem.hint],
  ].flat();
  const first = `${paint(colours[problem.severity], problem.severity)} ${place}  ${message}  ${paint("dim", problem.code)}`;
  return hints.length === 0 ? first : `${first}\n      ${hints.join("; ")}`;
}

/** For broken JSON the service's place is the whole text, line and column; a person has the file, and wants the line. */
function located({ path, message }: ToldProblem, file: string): { readonly place: string; readonly message: string } {
  const broken = /line: (\d+), column: (\d+)\]$/.exec(path ?? "");
  if (broken) return { place: `${file}:${broken[1]}:${broken[2]}`, message: message.split("\n")[0] ?? "" };
  return { place: path || "/", message };
}
