/**
 * One round of Pass states in memory, run by a process of its own: `baton`, or `peer` for
 * aws-local-stepfunctions (npm) in the given folder. Prints states per second of processor time.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseDefinition } from "../../lib/asl/parse.ts";
import { simulate } from "../../lib/asl/simulate.ts";

const [who = "", folder = "", statesText = ""] = process.argv.slice(2);
const states = Number(statesText);
const executions = 100_000 / states;
const run = who === "baton" ? ours() : theirs();
for (let warming = 0; warming < executions / 10; warming++) await run();
const before = process.cpuUsage();
for (let done = 0; done < executions; done++) await run();
const { user, system } = process.cpuUsage(before);
console.log((executions * states * 1e6) / (user + system));

function ours(): () => Promise<unknown> {
  const parsed = parseDefinition(passes());
  if (parsed.kind !== "definition") throw new Error(parsed.problems[0]?.message);
  return () => simulate(parsed.definition, '{"n":0}', { keepHistory: false });
}

function theirs(): () => Promise<unknown> {
  const { StateMachine } = createRequire(join(folder, "package.json"))("aws-local-stepfunctions");
  const machine = new StateMachine(passes());
  return () => machine.run({ n: 0 }).result;
}

function passes(): object {
  const rows = Array.from({ length: states }, (_, index) => {
    const onward = index + 1 < states ? { Next: `State${index + 1}` } : { End: true };
    return [`State${index}`, { Type: "Pass", ...onward }];
  });
  return { StartAt: "State0", States: Object.fromEntries(rows) };
}
