/** `bench --only embedded`: how fast the embedded mode is on this machine, each figure beside what the machine itself can do. */
import { table } from "../print.ts";
import { type Alone, alone, syncsOfExecution } from "./alone.ts";
import { type ApiFigures, measureApi } from "./api.ts";
import { executions, type Figures, inFlight, rounds, states, type Throughput, throughput } from "./chains.ts";
import { type MapRunFigures, mapRuns, usualLengths } from "./map-runs.ts";
import { type MapFigures, maps } from "./maps.ts";
import { type StartUp, startUp } from "./start-up.ts";
import { type TaskFigures, tasks, tasksInSequence } from "./tasks.ts";

export interface EmbeddedFigures {
  readonly throughput: Throughput;
  readonly alone: Alone;
  readonly tasks: readonly TaskFigures[];
  readonly api: ApiFigures;
  readonly maps: readonly MapFigures[];
  readonly mapRuns: readonly MapRunFigures[];
  readonly startUp: StartUp;
}

export async function measureEmbedded(): Promise<EmbeddedFigures> {
  return {
    throughput: await throughput(),
    alone: await alone(),
    tasks: await tasks(),
    api: await measureApi(),
    maps: await maps(),
    mapRuns: [...(await mapRuns("STANDARD", usualLengths)), ...(await mapRuns("EXPRESS", usualLengths))],
    startUp: await startUp(),
  };
}

export function printEmbedded(figures: EmbeddedFigures): void {
  printThroughput(figures.throughput);
  printAlone(figures.alone);
  printTasks(figures.tasks);
  printApi(figures.api);
  printMaps(figures.maps);
  printMapRuns(figures.mapRuns);
  printStartUp(figures.startUp);
}

function printThroughput({ bare, baton }: Throughput): void {
  console.log(
    `\nEmbedded: ${executions} executions of a ${states}-state chain, ${inFlight} in flight, medians of ${rounds} rounds in turns`,
  );
  console.log(
    table([
      ["", "per second", "CPU ms each", "of it the main thread's"],
      ["bare LMDB conditional puts, group commit", ...columns(bare)],
      ["Baton transitions", ...columns(baton)],
      [
        "ratio",
        (baton.perSecond / bare.perSecond).toFixed(2),
        (baton.cpuMilliseconds / bare.cpuMilliseconds).toFixed(2),
        (baton.mainMilliseconds / bare.mainMilliseconds).toFixed(2),
      ],
    ]),
  );
}

function columns({ perSecond, cpuMilliseconds, mainMilliseconds }: Figures): readonly string[] {
  return [perSecond.toFixed(0), cpuMilliseconds.toFixed(4), mainMilliseconds.toFixed(4)];
}

export function printMapRuns(figures: readonly MapRunFigures[]): void {
  console.log("\nA Distributed Map over a file of JSON Lines, results written to files");
  const rows = figures.map(({ children, items, perSecond, cpuMilliseconds, grownMebibytes, storedBytes }) => [
    `${items.toLocaleString("en")} ${children} children`,
    perSecond.toFixed(0),
    cpuMilliseconds.toFixed(3),
    grownMebibytes.toFixed(0),
    storedBytes.toFixed(0),
  ]);
  console.log(table([["", "a second", "CPU ms each", "MiB above idle", "bytes stored each"], ...rows]));
}

function printMaps(figures: readonly MapFigures[]): void {
  console.log("\nAn inline Map of Pass states");
  const rows = figures.map(({ width, perSecond, cpuMilliseconds }) => [
    `${width.toLocaleString("en")} items`,
    perSecond.toFixed(0),
    cpuMilliseconds.toFixed(4),
  ]);
  console.log(table([["", "items a second", "CPU ms each"], ...rows]));
}

function printAlone({ executionMilliseconds, syncMilliseconds, flushMilliseconds, perStateMilliseconds }: Alone): void {
  console.log(`\nOne execution alone, ${states} states, medians`);
  console.log(
    table([
      ["start to end", `${executionMilliseconds.toFixed(2)} ms`],
      ["one sync of this disk", `${syncMilliseconds.toFixed(2)} ms`],
      ["one put of bare LMDB, flushed", `${flushMilliseconds.toFixed(2)} ms`],
      [`each state, beyond ${syncsOfExecution} syncs of the execution`, `${perStateMilliseconds.toFixed(3)} ms`],
    ]),
  );
}

function printTasks(figures: readonly TaskFigures[]): void {
  console.log(`\n${tasksInSequence} tasks in sequence, a local HTTP function, a second`);
  const rows = figures.map(({ inFlight, barePerSecond, syncedPerSecond, batonPerSecond }) => [
    `${inFlight} in flight`,
    barePerSecond.toFixed(0),
    syncedPerSecond.toFixed(0),
    batonPerSecond.toFixed(0),
    (batonPerSecond / barePerSecond).toFixed(2),
    (batonPerSecond / syncedPerSecond).toFixed(2),
  ]);
  const heading = ["", "bare undici", "after a sync of this disk", "Baton, durable", "ratio to bare", "to synced"];
  console.log(table([heading, ...rows]));
}

/** Budgets of the API: what a page of a console or a script waits for. */
const apiBudgets = { start: 3, history: 200, list: 50 } as const;

function printApi({ start, history, list, longList }: ApiFigures): void {
  console.log("\nThe API over HTTP, milliseconds");
  const row = (what: string, spread: ApiFigures["start"], budget: string): string[] => [
    what,
    spread.median.toFixed(1),
    spread.most.toFixed(1),
    budget,
  ];
  console.log(
    table([
      ["", "median", "most", "budget"],
      row("StartExecution at 100 a second", start, `median ${apiBudgets.start}`),
      row("a page of 1,000 of 10,000 events", history, `${apiBudgets.history}`),
      row("a page of 100 of 100,000 executions", list, `${apiBudgets.list}`),
      row("a page of 1,000 of them", longList, `${apiBudgets.list}`),
    ]),
  );
}

function printStartUp({ readyMilliseconds, bareMilliseconds, rssMebibytes, anonymousMebibytes }: StartUp): void {
  console.log("\n`baton dev`, medians");
  console.log(
    table([
      ["to the ready line", `${readyMilliseconds.toFixed(0)} ms`],
      ["node alone, start and end", `${bareMilliseconds.toFixed(0)} ms`],
      ["resident when ready", `${rssMebibytes.toFixed(0)} MiB`],
      ["of it anonymous", anonymousMebibytes === undefined ? "unknown" : `${anonymousMebibytes.toFixed(0)} MiB`],
    ]),
  );
}
