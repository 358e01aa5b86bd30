/** `baton graph FILE|MACHINE|EXECUTION`: the states and the ways between them; of an execution, how far it came. */
import { Command, InvalidArgumentError, Option } from "commander";
import { type Graph, graphOf } from "../../asl/graph/graph.ts";
import { toMermaid } from "../../asl/graph/mermaid.ts";
import type { Progress } from "../../asl/graph/progress.ts";
import { type Theme, toSvg } from "../../asl/graph/svg.ts";
import { toTerminal } from "../../asl/graph/terminal.ts";
import { parseJson } from "../../asl/json.ts";
import { connect } from "../client.ts";
import { Failure } from "../failure.ts";
import { jsonOption, substituteOption, urlOption, writeText } from "../options.ts";
import { paintStyle, terminalWidth } from "../paint.ts";
import { substituteFromOption } from "../placeholders.ts";
import { findSubject } from "../subject.ts";

interface Options {
  readonly svg?: boolean;
  readonly mermaid?: boolean;
  readonly theme: Theme | "auto";
  readonly output?: string;
  readonly width?: number;
  readonly substitute: Readonly<Record<string, string>>;
  readonly url: string;
  readonly json?: boolean;
}

export function graphCommand(): Command {
  return new Command("graph")
    .description("draw a definition, a state machine, or an execution with what became of its states")
    .argument("<what>", "a definition's file, a state machine's name, or an execution (MACHINE/NAME, ARN)")
    .addOption(new Option("--svg", "as an SVG picture").conflicts("mermaid"))
    .option("--mermaid", "as a Mermaid flowchart, for Markdown")
    .addOption(new Option("--theme <theme>", "of the SVG").choices(["auto", "light", "dark"]).default("auto"))
    .option("--output <file>", "write it there")
    .option("--width <columns>", "of the drawing; else the terminal's", readWidth)
    .addOption(substituteOption())
    .addOption(substituteFromOption())
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (what: string, options: Options) => {
      const { title, text, progress } = await findSubject(connect(options.url), what, options.substitute);
      const graph = graphOf(parseJson(text));
      if (graph === undefined) throw new Failure(`${title} is no object, so there is nothing to draw`);
      const drawn = draw(graph, title, progress, options);
      if (options.output === undefined) console.log(drawn);
      else writeText(options.output, `${drawn}\n`);
    });
}

function draw(graph: Graph, title: string, progress: Progress | undefined, options: Options): string {
  const reached = progress === undefined ? {} : { progress };
  if (options.json) return JSON.stringify({ title, ...graph, ...inJson(progress) }, undefined, 2);
  if (options.svg) return toSvg(graph, { title, theme: options.theme, ...reached }).trimEnd();
  if (options.mermaid) return toMermaid(graph, reached).trimEnd();
  // A file has no colours.
  const painted = options.output === undefined ? { paint: paintStyle } : {};
  return toTerminal(graph, { columns: options.width ?? terminalWidth(), ...painted, ...reached });
}

function inJson(progress: Progress | undefined): object {
  return progress === undefined ? {} : { states: Object.fromEntries(progress.states), taken: progress.taken };
}

const narrowest = 40;

function readWidth(text: string): number {
  const width = Number(text);
  if (!Number.isInteger(width) || width < narrowest) {
    throw new InvalidArgumentError(`a width is a whole number from ${narrowest}`);
  }
  return width;
}
