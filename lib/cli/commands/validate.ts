/** `baton validate FILE`: every problem of a definition at once, each with its place and what would be right. */
import { Command } from "commander";
import { parseDefinitionText } from "../../asl/parse.ts";
import type { Problem } from "../../asl/problem.ts";
import { readDefinitionFile } from "../definition-file.ts";
import { jsonOption, substituteOption } from "../options.ts";
import { paint } from "../paint.ts";

export function validateCommand(): Command {
  return new Command("validate")
    .description("check a definition and print every problem with its place")
    .argument("<file>", "the definition: .json, .asl.json, .yaml or .yml")
    .addOption(substituteOption())
    .addOption(jsonOption())
    .action((file: string, options: { substitute: Record<string, string>; json?: boolean }) => {
      const { text } = readDefinitionFile(file, options.substitute);
      const parsed = parseDefinitionText(text);
      const problems = parsed.kind === "problems" ? parsed.problems : [];
      const failed = parsed.kind === "problems";
      if (options.json) console.log(JSON.stringify({ result: failed ? "FAIL" : "OK", problems }, undefined, 2));
      else console.log(failed ? problems.map(problemText).join("\n") : paint("green", `✔ ${file} is valid`));
      if (failed) process.exitCode = 1;
    });
}

export function problemText(problem: Problem): string {
  const hint = problem.hint === undefined ? "" : `\n      ${problem.hint}`;
  return `${paint("red", problem.severity)} ${problem.path || "/"}  ${problem.message}  ${paint("dim", problem.code)}${hint}`;
}
