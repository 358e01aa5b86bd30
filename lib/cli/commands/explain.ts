/**
 * `baton explain EXECUTION`: its story in sentences, as the console's first lines tell it. What failed and why,
 * what the function printed, what it cost, and what happens next.
 */
import { Command } from "commander";
import { type Visit, visitsOf } from "../../asl/history/visits.ts";
import { type Client, connect, type Reply } from "../client.ts";
import { commandLine } from "../client-settings.ts";
import { childrenIn, hasMapRuns } from "../cost/children.ts";
import { readCause } from "../explain/cause.ts";
import { type ToldRun, toldRun } from "../explain/failed-child.ts";
import { type MapRuns, mapRunsOf, noMapRuns } from "../explain/map-runs.ts";
import { spent } from "../explain/spent.ts";
import { redriveIsInVain, type Story, storyOf } from "../explain/story.ts";
import { listAll } from "../list-all.ts";
import { executionArnOf, namesIn, restPathOf } from "../names.ts";
import { jsonOption, urlOption } from "../options.ts";
import { paint } from "../paint.ts";

export function explainCommand(): Command {
  return new Command("explain")
    .description("tell an execution's story: what failed and why, what it cost, what happens next")
    .argument("<execution>", "an ARN, MACHINE/NAME, or as much of the name as is clear")
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (given: string, { url, json }: { readonly url: string; readonly json?: boolean }) => {
      const client = connect(url);
      const executionArn = await executionArnOf(client, given);
      const told = await explanation(client, executionArn);
      console.log(json ? JSON.stringify(told, undefined, 2) : inLines(told).join("\n"));
    });
}

/** As all that commands print: the console has the reader's own time. */
function inUtc(at: number): string {
  return new Date(at).toISOString();
}

interface Explanation {
  readonly executionArn: string;
  readonly says: string;
  readonly state?: string;
  readonly cause?: string;
  readonly because?: string;
  /** What the function printed in the attempt that it is about. */
  readonly printed: readonly string[];
  readonly mapRuns?: readonly ToldRun[];
  readonly cost: string;
  readonly next: string;
  /** Lines for a terminal that let it go on or tell more. */
  readonly commands: readonly string[];
}

async function explanation(client: Client, executionArn: string): Promise<Explanation> {
  const description = await client.call("DescribeExecution", { executionArn });
  const { waitingFor: waiting = [] } = await client.get(restPathOf(executionArn));
  const replies = await listAll(client, "GetExecutionHistory", { executionArn }, "events");
  const events = replies.map((event) => ({ ...event, timestamp: event.timestamp * 1_000 }));
  const visits = visitsOf(events);
  const story = storyOf({ description, waiting, visits, now: Date.now(), written: inUtc });
  const { says, about, because, next } = story;
  const cause = readCause(story.cause).message;
  const runs = hasMapRuns(events) ? await mapRunsOf(client.call, executionArn) : noMapRuns;
  const mapRuns = await toldRuns(client, runs, visits);
  return {
    executionArn,
    says,
    ...(about && { state: about.state }),
    ...(cause !== "" && { cause }),
    ...(because !== undefined && { because }),
    printed: about ? await printedIn(client, executionArn, about) : [],
    ...(mapRuns.length > 0 && { mapRuns }),
    cost: spent(events, description.status !== "RUNNING", await childrenIn(client.call, runs)),
    next,
    commands: commandsFor(description, story, redriveIsInVain(visits), mapRuns).map((words) =>
      commandLine(client.url, words),
    ),
  };
}

async function toldRuns({ call }: Client, { runs }: MapRuns, visits: readonly Visit[]): Promise<readonly ToldRun[]> {
  const states = new Map(visits.map(({ mapRunArn, state }) => [mapRunArn, state]));
  return await Promise.all(runs.map((run) => toldRun(call, run, states.get(run.mapRunArn))));
}

/** Enough to see what went wrong; the console has all that is kept. */
const lastLines = 10;

async function printedIn(client: Client, executionArn: string, { attempts }: Visit): Promise<readonly string[]> {
  const attempt = attempts.at(-1);
  if (!attempt) return [];
  const { lines } = await client.get(`${restPathOf(executionArn)}/function-lines?event=${attempt.event}`);
  return lines.slice(-lastLines).map(({ line }: Reply) => line);
}

/** Without the name of the command itself. */
function commandsFor(
  { executionArn, redriveStatus }: Reply,
  { asks, about }: Story,
  inVain: boolean,
  mapRuns: readonly ToldRun[],
): readonly string[] {
  const { machine, name } = namesIn(executionArn);
  return [
    ...(redriveStatus === "REDRIVABLE" && !inVain ? [`redrive ${machine}/${name}`] : []),
    ...(asks && about ? [`inbox show ${name}/${about.state}`] : []),
    ...mapRuns.flatMap(({ mapRunArn, failed }) => (failed ? [`list ${mapRunArn} --status ${failed.status}`] : [])),
    `history ${machine}/${name}`,
  ];
}

function inLines({
  says,
  cause,
  because,
  printed,
  mapRuns = [],
  cost,
  next,
  commands,
  state,
}: Explanation): readonly string[] {
  return [
    paint("bold", says),
    ...(cause === undefined ? [] : [`  ${cause}`]),
    ...(because === undefined ? [] : [because]),
    ...(printed.length === 0 ? [] : [`${state} printed:`, ...printed.map((line) => paint("dim", `  ${line}`))]),
    ...mapRuns.flatMap(runLines),
    cost,
    next,
    ...commands.map((line) => paint("dim", `  ${line}`)),
  ];
}

function runLines({ says, failed }: ToldRun): readonly string[] {
  if (failed === undefined) return [says];
  const { cause, because } = failed;
  return [says, `  ${failed.says}`, ...[cause, because].flatMap((line) => (line === undefined ? [] : [`    ${line}`]))];
}
