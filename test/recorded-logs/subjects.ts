/** What is recorded for each release: the examples, the machines of the simulation, and generated ones. */
import fc from "fast-check";
import { examples } from "../examples/example.ts";
import { drawnMachine, scenarioOf } from "../simulation/generator.ts";
import { machines } from "../simulation/machines.ts";
import type { Subject } from "./recording.ts";

const generated = 30;

/** Wide forks, and those that no worker of an activity comes to. */
const unsuited: ReadonlySet<string> = new Set(["wide", "wideMended", "activity"]);

type Plain = Pick<Subject, "name" | "definition" | "input">;

export function subjects(): readonly Subject[] {
  const plain: Plain[] = examples.flatMap(({ name, definition, cases }) =>
    cases.map((each) => ({ name: `${name}/${each.name}`, definition, input: JSON.stringify(JSON.parse(each.input)) })),
  );
  for (const [name, { definition, input }] of Object.entries(machines)) {
    if (!unsuited.has(name)) plain.push(plainOf(name, definition, input));
  }
  fc.sample(drawnMachine, { seed: 1, numRuns: generated }).forEach((drawn, number) => {
    const { definition, input } = scenarioOf(drawn);
    plain.push(plainOf(`generated ${number}`, definition, input));
  });
  return plain.map((one, number) => ({
    ...one,
    kind: number % 3 === 2 ? "local" : "remote",
    failing: number % 2 === 0 ? 5 : 0,
  }));
}

function plainOf(name: string, definition: object, input: unknown): Plain {
  return { name, definition: JSON.stringify(definition), input: JSON.stringify(input) };
}
