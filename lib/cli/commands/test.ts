/** `baton test [FILE|FOLDER…]`: machines tested with mocked tasks in virtual time; what was not reached is said, too. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { type Graph, graphOf } from "../../asl/graph/graph.ts";
import { parseJson } from "../../asl/json.ts";
import { parseDefinitionText } from "../../asl/parse.ts";
import { readValidDefinition } from "../definition-file.ts";
import { Failure } from "../failure.ts";
import { jsonOption, writeText } from "../options.ts";
import { duration, padded, paint } from "../paint.ts";
import { type Coverage, coverageOf, percentOf, type Reached } from "../test/coverage.ts";
import { readTestFile } from "../test/file.ts";
import { type Suite, toJunit } from "../test/junit.ts";
import { type Ran, runTest } from "../test/run.ts";
import { inLine } from "../visible.ts";

interface Options {
  readonly junit?: string;
  readonly coverage?: number;
  readonly json?: boolean;
}

export function testCommand(): Command {
  return new Command("test")
    .description("run machines with mocked tasks in virtual time and compare what comes of it")
    .argument("[files...]", "files or folders of *.test.yaml, .yml, .json; without any: tests, else this folder")
    .option("--junit <file>", "write the results as JUnit XML")
    .option("--coverage <percent>", "fail if less of states, ways and catchers is reached", readPercent)
    .addOption(jsonOption())
    .action(async (given: readonly string[], options: Options) => {
      const files = filesIn(given.length > 0 ? given : [existsSync("tests") ? "tests" : "."]);
      if (files.length === 0)
        throw new Failure(`there are no tests in ${given.join(", ") || "tests"}; they end with .test.yaml`);
      const suites: TestedSuite[] = [];
      for (const file of files) suites.push(await runFile(file, options.json ? () => undefined : console.log));
      report(suites, options);
    });
}

interface TestedSuite extends Suite {
  readonly graph: Graph;
}

async function runFile(file: string, print: (line: string) => void): Promise<TestedSuite> {
  const { machine, substitute, tests } = readTestFile(file);
  const { name, text } = readValidDefinition(machine, substitute);
  const parsed = parseDefinitionText(text);
  const graph = graphOf(parseJson(text));
  if (parsed.kind === "problems" || graph === undefined) throw new Failure(`${machine} is not valid`);
  print(paint("bold", file));
  const ran: Ran[] = [];
  for (const test of tests) {
    const one = await runTest(parsed.definition, test);
    ran.push(one);
    print(lineOf(one));
  }
  return { file, machine: name, ran, graph };
}

function lineOf({ name, differences, virtualMilliseconds, milliseconds, retries }: Ran): string {
  const told = [
    ...(retries > 0 ? [`${retries} ${retries === 1 ? "retry" : "retries"}`] : []),
    ...(virtualMilliseconds >= 1_000 ? [`${duration(virtualMilliseconds)} virtual`] : []),
  ].join(", ");
  const sign = differences.length === 0 ? paint("green", "✔") : paint("red", "✖");
  const first = `  ${sign} ${padded(inLine(name), 44)} ${duration(milliseconds).padStart(7)}${told && `   (${told})`}`;
  return [first, ...differences.map((difference) => `      ${difference}`)].join("\n");
}

function report(suites: readonly TestedSuite[], { junit, json, coverage }: Options): void {
  const machines = coverages(suites);
  const ran = suites.flatMap((suite) => suite.ran);
  const failed = ran.filter(({ differences }) => differences.length > 0).length;
  const short = machines.filter(({ covered }) => coverage !== undefined && percentOf(covered) < coverage);
  if (junit !== undefined) writeText(junit, toJunit(suites));
  if (json) console.log(JSON.stringify(inJson(suites, machines), undefined, 2));
  else {
    for (const { machine, covered } of machines) console.log(coverageLines(machine, covered).join("\n"));
    console.log(paint(failed > 0 ? "red" : "green", `${ran.length - failed} passed, ${failed} failed`));
  }
  for (const { machine, covered } of short) {
    console.error(`${machine}: ${percentOf(covered).toFixed(1)} % reached, less than the ${coverage} % asked for`);
  }
  if (failed > 0 || short.length > 0) process.exitCode = 1;
}

interface Covered {
  readonly machine: string;
  readonly covered: Coverage;
}

/** A machine may be tested in several files. */
function coverages(suites: readonly TestedSuite[]): readonly Covered[] {
  return [...new Set(suites.map(({ machine }) => machine))].flatMap((machine) => {
    const own = suites.filter((suite) => suite.machine === machine);
    const [first] = own;
    const runs = own.flatMap(({ ran }) => ran.map(({ progress }) => progress));
    return first === undefined ? [] : [{ machine, covered: coverageOf(first.graph, runs) }];
  });
}

const mostMissed = 8;

function coverageLines(machine: string, { states, transitions, catchers }: Coverage): readonly string[] {
  const part = ({ total, missed }: Reached, what: string): string => `${total - missed.length}/${total} ${what}`;
  const counts = [part(states, "states"), part(transitions, "transitions"), part(catchers, "catchers")].join(" · ");
  const missed = [...states.missed, ...transitions.missed, ...catchers.missed];
  const shown = missed.slice(0, mostMissed).join(", ");
  const more = missed.length > mostMissed ? ` and ${missed.length - mostMissed} more` : "";
  return [
    `coverage  ${machine}: ${counts}`,
    ...(missed.length === 0 ? [] : [paint("dim", `  not reached: ${shown}${more}`)]),
  ];
}

function inJson(suites: readonly TestedSuite[], machines: readonly Covered[]): object {
  return {
    tests: suites.flatMap(({ file, machine, ran }) =>
      ran.map(({ name, differences, virtualMilliseconds, retries }) => ({
        file,
        machine,
        name,
        passed: differences.length === 0,
        differences,
        virtualMilliseconds,
        retries,
      })),
    ),
    coverage: Object.fromEntries(machines.map(({ machine, covered }) => [machine, covered])),
  };
}

const isTestFile = /\.test\.(ya?ml|json)$/;

function filesIn(given: readonly string[]): readonly string[] {
  return given.flatMap((path) => {
    if (!existsSync(path)) throw new Failure(`there is no file or folder ${path}`);
    return statSync(path).isDirectory() ? inFolder(path) : [path];
  });
}

function inFolder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return isPassedOver(entry.name) ? [] : inFolder(path);
      return isTestFile.test(basename(path)) ? [path] : [];
    });
}

function isPassedOver(name: string): boolean {
  return name === "node_modules" || name.startsWith(".");
}

function readPercent(text: string): number {
  const percent = Number(text);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError("a percentage is a number from 0 to 100");
  return percent;
}
