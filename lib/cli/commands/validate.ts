/** `baton validate FILE`: every problem of a definition at once, each with its place and what would be right. */
import { Command } from "commander";
import { inspectDefinitionText } from "../../asl/validate/inspect.ts";
import { inspectFile, NoDefinition } from "../definition-file.ts";
import { jsonOption, substituteOption } from "../options.ts";
import { paint } from "../paint.ts";
import { substituteFromOption } from "../placeholders.ts";
import { problemText, type ToldProblem } from "../problem-text.ts";

interface Options {
  readonly substitute: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

export function validateCommand(): Command {
  return new Command("validate")
    .description("check a definition and print every problem with its place")
    .argument(
      "<file>",
      "the definition: .json, .asl.json, .yaml or .yml, or TEMPLATE#MACHINE; - for JSON on standard input",
    )
    .addOption(substituteOption())
    .addOption(substituteFromOption())
    .addOption(jsonOption())
    .action((file: string, options: Options) => {
      const problems = problemsIn(file, options);
      const failed = problems.some(({ severity }) => severity === "ERROR");
      if (options.json) console.log(JSON.stringify({ result: failed ? "FAIL" : "OK", problems }, undefined, 2));
      else console.log([...problems.map((problem) => problemText(problem, file)), verdict(file, problems)].join("\n"));
      if (failed) process.exitCode = 1;
    });
}

/** To a program, a file that holds no definition is a problem like any other; a person is told so in a sentence. */
function problemsIn(file: string, { substitute, json }: Options): readonly ToldProblem[] {
  try {
    const { text, warnings, type = "STANDARD" } = inspectFile(file, substitute);
    return [...inspectDefinitionText(text, { type }), ...warnings];
  } catch (error) {
    if (json && error instanceof NoDefinition) return [error.problem];
    throw error;
  }
}

/** `✖ order.asl.json is not valid: 3 errors, 1 warning` */
function verdict(file: string, problems: readonly ToldProblem[]): string {
  const counts = (["ERROR", "WARNING", "HINT"] as const)
    .map((severity) => [severity.toLowerCase(), problems.filter((each) => each.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}${count === 1 ? "" : "s"}`)
    .join(", ");
  if (problems.some(({ severity }) => severity === "ERROR")) return paint("red", `✖ ${file} is not valid: ${counts}`);
  return `${paint("green", `✔ ${file} is valid`)}${counts && `: ${counts}`}`;
}
