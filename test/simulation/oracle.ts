/** The judgement of a run: the invariants, and what a plain interpreter without faults says the scenario comes to. */
import { toleranceExceeded } from "../../lib/asl/distributed/tolerance.ts";
import { parseJson } from "../../lib/asl/json.ts";
import { type Responder, simulate } from "../../lib/asl/simulate.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import { engineOptions, type Run, type Scenario } from "./harness.ts";
import { violations } from "./invariants.ts";
import { hasLosses } from "./order.ts";

export async function judge(run: Run): Promise<readonly string[]> {
  const found = await violations(run);
  const { confluent } = run.scenario;
  if (found.length > 0 || confluent === undefined) return found;
  if (confluent === "without losses" && hasLosses(run)) return [];
  const described = await describeExecution(run.engine, run.id);
  if (!described) return run.world.summary(run.id) ? ["its rows are forgotten"] : [];
  const { summary, output } = described;
  if (summary.redrives) {
    const { redriven } = run.scenario;
    return redriven === undefined || summary.status !== "SUCCEEDED" || output === redriven
      ? []
      : [`redriven, it came to ${output}`];
  }
  const own = run.scenario.alike;
  const actual = alike(own, [summary.status, summary.error, output].join(" "));
  const wanted = alike(own, await expected(run.scenario));
  return actual === wanted ? [] : [`it came to '${actual}', the interpreter to '${wanted}'`];
}

/** The text as if a Map Run failed as everything else does. */
export function alike(own: Scenario["alike"], text: string): string {
  const { error, cause } = toleranceExceeded;
  if (own === undefined || error === undefined || cause === undefined) return text;
  return text.replaceAll(error, own.error).replaceAll(cause, own.cause);
}

const known = new WeakMap<Scenario, Promise<string>>();

function expected(scenario: Scenario): Promise<string> {
  const before = known.get(scenario);
  if (before !== undefined) return before;
  const found = interpret(scenario);
  known.set(scenario, found);
  return found;
}

async function interpret(scenario: Scenario): Promise<string> {
  const parsed = engineOptions.parse(JSON.stringify(scenario.definition));
  if (parsed.kind === "problems") throw new Error(JSON.stringify(parsed.problems));
  const { status, failure, output } = await simulate(parsed.definition, JSON.stringify(scenario.input), {
    tasks: responderOf(scenario),
    ...(scenario.files && { objects: scenario.files }),
  });
  return [status, failure?.error, output].join(" ");
}

function responderOf({ task }: Scenario): Responder {
  const nowhere = { region: "", account: "", idempotencyKey: "", signal: new AbortController().signal };
  return (attempt) => {
    const { resource, arguments: given } = attempt;
    const result = task?.({ resource, arguments: given, ...nowhere }) ?? { kind: "succeeded", output: given };
    if (result.kind === "failed") return { error: result.error, cause: result.cause };
    return { result: parseJson(result.output) };
  };
}
