/**
 * `baton watch [EXECUTION]`: running executions, or one with its graph, drawn anew as things happen. Where no
 * terminal listens, each change is a line of its own.
 */
import { Command } from "commander";
import { graphOf } from "../../asl/graph/graph.ts";
import { progressOf } from "../../asl/graph/progress.ts";
import { toTerminal } from "../../asl/graph/terminal.ts";
import { parseJson } from "../../asl/json.ts";
import { openChanges } from "../changes.ts";
import { ApiFailure, type Client, connect, type Reply } from "../client.ts";
import { afterwards, ending, follow, story } from "../follow.ts";
import { listAll, machinesOf } from "../list-all.ts";
import { executionArnOf, machineArnOf, namesIn, restPathAt } from "../names.ts";
import { jsonOption, readLimit, urlOption } from "../options.ts";
import { duration, paint, paintStyle, table, terminalWidth } from "../paint.ts";
import { openScreen } from "../screen.ts";
import { stopRequest } from "../server.ts";

interface Options {
  readonly url: string;
  readonly machine?: string;
  readonly once?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export function watchCommand(): Command {
  return new Command("watch")
    .description("show running executions as they come and go, or one execution as it runs")
    .argument("[execution]", "an ARN, MACHINE/NAME, or as much of the name as is clear")
    .option("--machine <name>", "only this state machine's")
    .option("--limit <n>", "how many of each machine at most", readLimit, 50)
    .option("--once", "show them once and end")
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (execution: string | undefined, options: Options) => {
      const client = connect(options.url);
      if (execution === undefined) await watchAll(client, options);
      else await watchOne(client, await executionArnOf(client, execution), options);
    });
}

/** How long a table stands: times in it move on. */
const tickMilliseconds = 1_000;

async function watchAll(client: Client, options: Options): Promise<void> {
  if (options.once) {
    const now = await running(client, options);
    return console.log(options.json ? JSON.stringify(now, undefined, 2) : runningTable(now, Date.now()));
  }
  const screen = options.json ? undefined : openScreen();
  const news = openChanges(client);
  let seen: readonly Running[] = [];
  const draw = (): void => screen?.show(runningTable(seen, Date.now()));
  const ticking = screen && setInterval(draw, tickMilliseconds);
  const stopped = stopRequest().then(() => true);
  try {
    do {
      const now = await (screen ? running(client, options) : look(client, seen, options));
      if (screen === undefined)
        for (const change of changes(seen, now))
          console.log(options.json ? JSON.stringify(change) : changeLine(change));
      seen = now;
      draw();
    } while (!(await Promise.race([stopped, news.next()])));
  } finally {
    clearInterval(ticking);
    news.close();
  }
}

export interface Running {
  readonly machine: string;
  readonly name: string;
  readonly since: string;
  /** What it waits for. */
  readonly now: string;
}

type Wanted = Pick<Options, "machine" | "limit">;

/** Those of the list, and of those seen before the ones that newer ones have only pushed off it. */
export async function look(client: Client, seen: readonly Running[], wanted: Wanted): Promise<readonly Running[]> {
  const listed = await running(client, wanted);
  const left = seen.filter((one) => !listed.some((other) => keyOf(other) === keyOf(one)));
  const isShort = ({ machine }: Running): boolean =>
    listed.filter((other) => other.machine === machine).length >= wanted.limit;
  const asked = left.filter(isShort).map(async (one) => ((await isRunning(client, one)) ? [one] : []));
  return [...listed, ...(await Promise.all(asked)).flat()];
}

async function isRunning(client: Client, one: Running): Promise<boolean> {
  try {
    return (await client.get(restPathAt(one))).status === "RUNNING";
  } catch (error) {
    if (error instanceof ApiFailure) return false; // deleted with its machine
    throw error;
  }
}

async function running(client: Client, { machine, limit }: Wanted): Promise<readonly Running[]> {
  const machines =
    machine === undefined
      ? (await machinesOf(client)).filter(({ type }) => type !== "EXPRESS")
      : [{ stateMachineArn: await machineArnOf(client, machine) }];
  const found: Running[] = [];
  for (const { stateMachineArn } of machines) {
    const question = { stateMachineArn, statusFilter: "RUNNING" };
    const executions = await listAll(client, "ListExecutions", question, "executions", limit);
    found.push(...(await Promise.all(executions.map((execution) => described(client, execution)))));
  }
  return found;
}

async function described(client: Client, { executionArn, startDate }: Reply): Promise<Running> {
  const names = namesIn(executionArn);
  const { waitingFor = [] } = await client.get(restPathAt(names));
  const [first] = waitingFor;
  const more = waitingFor.length > 1 ? ` (and ${waitingFor.length - 1} more)` : "";
  return {
    ...names,
    since: new Date(startDate * 1_000).toISOString(),
    now: first === undefined ? "" : `${first.reason}${more}`,
  };
}

function runningTable(rows: readonly Running[], now: number): string {
  if (rows.length === 0) return "nothing is running";
  const cells = rows.map(({ machine, name, since, now: doing }) => [
    machine,
    name,
    duration(now - Date.parse(since)),
    doing,
  ]);
  return table([["MACHINE", "EXECUTION", "FOR", "NOW"], ...cells]);
}

export interface Change extends Running {
  readonly what: "began" | "goes on" | "ended";
}

function keyOf({ machine, name }: Running): string {
  return `${machine}/${name}`;
}

/** What a reader of lines has not been told yet. */
export function changes(before: readonly Running[], now: readonly Running[]): readonly Change[] {
  const known = new Map(before.map((one) => [keyOf(one), one]));
  const left = new Set(now.map(keyOf));
  return [
    ...now.flatMap((one): readonly Change[] => {
      const earlier = known.get(keyOf(one));
      if (earlier === undefined) return [{ ...one, what: "began" }];
      return earlier.now === one.now ? [] : [{ ...one, what: "goes on" }];
    }),
    ...before.filter((one) => !left.has(keyOf(one))).map((one): Change => ({ ...one, what: "ended" })),
  ];
}

function changeLine({ what, machine, name, now }: Change): string {
  return `${what.padEnd(8)} ${machine}/${name}${what === "ended" ? "" : `  ${now}`}`;
}

async function watchOne(client: Client, executionArn: string, options: Options): Promise<void> {
  const screen = options.json || options.once ? undefined : openScreen();
  const description =
    screen === undefined
      ? await followPlainly(client, executionArn, options)
      : await redraw(client, executionArn, (text) => screen.show(text));
  if (options.json) console.log(JSON.stringify(description, undefined, 2));
  else if (description.status !== "RUNNING")
    console.log(`${ending(description)}\n${await afterwards(client, description)}`);
  if (!["RUNNING", "SUCCEEDED"].includes(description.status)) process.exitCode = 1;
}

async function followPlainly(client: Client, executionArn: string, { once, json }: Options): Promise<Reply> {
  const print = (line: string): void => console.log(line);
  if (!once) return await follow(client, executionArn, json ? undefined : print);
  if (!json) await draw(client, executionArn, print);
  return await client.call("DescribeExecution", { executionArn });
}

async function redraw(client: Client, executionArn: string, show: (text: string) => void): Promise<Reply> {
  const news = openChanges(client, executionArn);
  try {
    for (;;) {
      // In that order: what is drawn of an execution that has ended is all of it.
      const description = await client.call("DescribeExecution", { executionArn });
      await draw(client, executionArn, show);
      if (description.status !== "RUNNING") return description;
      await news.next();
    }
  } finally {
    news.close();
  }
}

const lastLines = 6;

async function draw(client: Client, executionArn: string, show: (text: string) => void): Promise<void> {
  const { definition } = await client.call("DescribeStateMachineForExecution", { executionArn });
  const events = await listAll(client, "GetExecutionHistory", { executionArn }, "events");
  const graph = graphOf(parseJson(definition));
  if (graph === undefined) return;
  const drawing = toTerminal(graph, { columns: terminalWidth(), paint: paintStyle, progress: progressOf(events) });
  show(
    [
      paint("bold", executionArn),
      drawing,
      "",
      ...story(events)
        .map(({ text }) => text)
        .slice(-lastLines),
    ].join("\n"),
  );
}
