/** `baton describe EXECUTION`: where one execution stands, and why it does not move: what it waits for, since when, until when. */
import { Command } from "commander";
import { isObject, parseJson, property, type Value, withProperty, writeJson } from "../../asl/json.ts";
import { type Client, connect, type Reply } from "../client.ts";
import { readCause } from "../explain/cause.ts";
import { toldRunCounts } from "../explain/failed-child.ts";
import { type MapRun, mapRunsOf } from "../explain/map-runs.ts";
import { executionArnOf, restPathOf } from "../names.ts";
import { jsonOption, readLimit, urlOption } from "../options.ts";
import { duration, paint, payloadBehind } from "../paint.ts";
import { laidOut } from "../pretty.ts";
import { eventTable } from "./history.ts";

interface Options {
  readonly url: string;
  readonly events: number;
  readonly json?: boolean;
}

export function describeCommand(): Command {
  return new Command("describe")
    .description("say where an execution stands: what it waits for, what it failed on, its last events")
    .argument("<execution>", "an ARN, MACHINE/NAME, or as much of the name as is clear")
    .option("--events <n>", "how many of its last events to show", readLimit, 5)
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (given: string, options: Options) => {
      const client = connect(options.url);
      const executionArn = await executionArnOf(client, given);
      const execution = await client.get(restPathOf(executionArn));
      const lastEvents = await newestEvents(client, executionArn, options.events);
      const { runs, more } = await mapRunsOf(client.call, executionArn);
      const mapRuns = runs.length > 0 && { mapRuns: runs };
      // REST's answer is parsed, and with it the numbers: their text is the wire's.
      const { input, output } = await client.call("DescribeExecution", { executionArn });
      if (options.json) {
        const whole = JSON.stringify({ ...execution, ...mapRuns, lastEvents });
        return console.log(laidOut(withPayloads(parseJson(whole), { input, output })));
      }
      const beneath = [...runs.map(runLine), ...(more > 0 ? [`  map run  and ${more} older ones`] : [])];
      console.log(
        [...standing({ ...execution, input, output }, Date.now()), ...beneath, "", eventTable(lastEvents)].join("\n"),
      );
    });
}

/** What REST leaves out stays out. */
function withPayloads(whole: Value, payloads: Readonly<Record<"input" | "output", string | undefined>>): Value {
  let told = whole;
  for (const [name, text] of Object.entries(payloads)) {
    if (text !== undefined && isObject(told) && property(told, name) !== undefined)
      told = withProperty(told, name, parseJson(text));
  }
  return told;
}

async function newestEvents(client: Client, executionArn: string, maxResults: number): Promise<readonly Reply[]> {
  const request = { executionArn, maxResults, reverseOrder: true };
  const { events } = await client.call("GetExecutionHistory", request);
  return events.toReversed();
}

const colours = { RUNNING: "cyan", SUCCEEDED: "green" } as const;

function standing(execution: Reply, now: number): readonly string[] {
  const { executionArn, status, startDate, stopDate, input, output, error, cause, waitingFor = [] } = execution;
  const colour = colours[status as keyof typeof colours] ?? "red";
  const began = Date.parse(startDate);
  const times = stopDate ? `ended after ${duration(Date.parse(stopDate) - began)}` : `for ${duration(now - began)}`;
  const rows: readonly (readonly [name: string, value: string | undefined])[] = [
    ["started", `${startDate}, ${times}`],
    ["error", error],
    ["cause", cause === undefined ? undefined : readCause(cause).message],
    ["input", payload(input)],
    ["output", payload(output)],
    ...waitingFor.map((one: Reply) => ["now", whatIsAwaited(one)] as const),
  ];
  const shown = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(8)} ${value}`]));
  return [`${paint("bold", executionArn)}  ${paint(colour, status)}`, ...shown];
}

/** What the names of the rows take. */
const indent = 11;

/** In one line, its numbers as they were written. Whole where somebody reads on who is no person at a terminal. */
function payload(json: string | undefined): string | undefined {
  if (json === undefined) return undefined;
  const text = writeJson(parseJson(json));
  return process.stdout.isTTY ? payloadBehind(indent, text) : text;
}

function runLine(run: MapRun): string {
  return `  map run  ${toldRunCounts(run)}  ${paint("dim", run.mapRunArn)}`;
}

/** The reason names the state and its moments already; a branch is named where there are several. */
function whatIsAwaited({ branch, reason }: Reply): string {
  return branch ? `${reason}  ${paint("dim", `in branch ${branch}`)}` : reason;
}
