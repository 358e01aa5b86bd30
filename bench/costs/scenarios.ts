/** Every machine that the bench runs on the deployed shape, with its input and how often it is started. */
import {
  endingIn,
  forkWidths,
  inARow,
  longRow,
  map,
  onePass,
  parallel,
  priced,
  row,
  type StateMachine,
  shortRow,
} from "./machines.ts";
import { noiseOf, orderOf } from "./payload.ts";

/** Besides, a payload that cannot be compressed. */
export const noiseSize = 1_000;

export interface Scenario {
  readonly name: string;
  readonly machine: StateMachine;
  readonly input: string;
  readonly executions: number;
}

export const payloadSizes = [200, 1_000, 4_000] as const;

const input = JSON.stringify({ n: 1, items: [] });

function once(name: string, machine: StateMachine, given = input): Scenario {
  return { name, machine, input: given, executions: 1 };
}

export const scenarios: readonly Scenario[] = [
  ...Object.entries(inARow).flatMap(([kind, state]) => [
    once(`${kind}-short`, row(state, shortRow)),
    once(`${kind}-long`, row(state, longRow)),
  ]),
  once("one-pass", onePass),
  once("succeed", endingIn({ Type: "Succeed" })),
  once("fail", endingIn({ Type: "Fail", Error: "Bench", Cause: "as it should" })),
  ...forkWidths.flatMap((width) => [
    once(`parallel-${width}`, parallel(width)),
    once(`map-${width}`, map, JSON.stringify({ items: Array.from({ length: width }, (_, n) => n) })),
  ]),
  once("redelivered", row(inARow.pass, longRow)),
  ...payloadSizes.map((size) => ({ name: `priced-${size}`, machine: priced, input: orderOf(size), executions: 3 })),
  { name: "priced-noise", machine: priced, input: noiseOf(noiseSize), executions: 3 },
];
