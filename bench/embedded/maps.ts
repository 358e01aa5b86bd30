/** One inline Map of Pass states, wider and wider: items per second and processor time, the median of several runs where they are short. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { MachineRecord } from "../../lib/engine/ports.ts";
import { median } from "../print.ts";
import { type Embedded, openEmbedded } from "./open.ts";

const runs = [
  { width: 1_000, times: 15 },
  { width: 10_000, times: 3 },
  { width: 100_000, times: 1 },
] as const;

export interface MapFigures {
  readonly width: number;
  readonly perSecond: number;
  readonly cpuMilliseconds: number;
}

const machine = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemProcessor: { StartAt: "One", States: { One: { Type: "Pass", End: true } } },
      ResultSelector: { "count.$": "States.ArrayLength($)" },
      End: true,
    },
  },
};

export async function maps(): Promise<readonly MapFigures[]> {
  const embedded = await openEmbedded();
  const deployed = await embedded.deploy(machine);
  const collect = collector();
  const run = (width: number): Promise<MapFigures> => measure(embedded, deployed, width);
  await run(runs[0].width);
  const figures: MapFigures[] = [];
  for (const { width, times } of runs) {
    const ran: MapFigures[] = [];
    for (let time = 0; time < times; time++) {
      collect();
      ran.push(await run(width));
    }
    figures.push({
      width,
      perSecond: median(ran.map(({ perSecond }) => perSecond)),
      cpuMilliseconds: median(ran.map(({ cpuMilliseconds }) => cpuMilliseconds)),
    });
  }
  await embedded.close();
  return figures;
}

async function measure({ run }: Embedded, deployed: MachineRecord, width: number): Promise<MapFigures> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  await run(deployed, itemsOf(width));
  const { user, system } = process.cpuUsage(cpu);
  return {
    width,
    perSecond: (width * 1_000) / (performance.now() - begun),
    cpuMilliseconds: (user + system) / 1_000 / width,
  };
}

function itemsOf(width: number): string {
  return JSON.stringify(Array.from({ length: width }, (_, index) => ({ sku: `item-${index}`, quantity: index % 7 })));
}

/** What the width before has left behind is not this one's. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
