/** One inline Map of Pass states, wider and wider: items per second, and how the memory grows beside idle. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openEmbedded } from "./open.ts";

export const widths = [1_000, 10_000, 100_000] as const;

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
  await embedded.run(deployed, itemsOf(widths[0]));
  const figures: MapFigures[] = [];
  for (const width of widths) {
    collect();
    const begun = performance.now();
    const cpu = process.cpuUsage();
    await embedded.run(deployed, itemsOf(width));
    const { user, system } = process.cpuUsage(cpu);
    figures.push({
      width,
      perSecond: (width * 1_000) / (performance.now() - begun),
      cpuMilliseconds: (user + system) / 1_000 / width,
    });
  }
  await embedded.close();
  return figures;
}

function itemsOf(width: number): string {
  return JSON.stringify(Array.from({ length: width }, (_, index) => ({ sku: `item-${index}`, quantity: index % 7 })));
}

/** What the width before has left behind is not this one's. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
