/** Runs a case of an example in virtual time with real calls; people answer when the case says so. */
import { parseJson } from "../../lib/asl/json.ts";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { type Responder, type Simulated, simulate } from "../../lib/asl/simulate.ts";
import type { Tasks } from "../../lib/engine/ports.ts";
import type { ExampleCase } from "./example.ts";

export async function simulateExample(example: ExampleCase, tasks: Tasks): Promise<Simulated> {
  const parsed = parseDefinitionText(example.example.definition);
  if (parsed.kind === "problems") throw new Error(JSON.stringify(parsed.problems, null, 2));
  return await simulate(parsed.definition, example.input, {
    tasks: calling(tasks, example),
    execution: { region: "us-east-1", account: "000000000000" },
  });
}

function calling(tasks: Tasks, { callbacks }: ExampleCase): Responder {
  return async ({ state, resource, arguments: input, scheduling }) => {
    const result = await tasks.call({
      resource,
      arguments: input,
      region: "us-east-1",
      account: "000000000000",
      idempotencyKey: `${state}/${scheduling}`,
      signal: new AbortController().signal,
    });
    if (result.kind === "failed") return { error: result.error, cause: result.cause };
    if (result.kind === "succeeded") return { result: parseJson(result.output) };
    const submitted = parseJson(result.output);
    const callback = callbacks[state];
    if (callback === undefined) return { submitted, unresolved: true };
    const { afterSeconds, output, error, cause } = callback;
    const after = afterSeconds * 1000;
    if (error === undefined) return { submitted, after, result: parseJson(JSON.stringify(output)) };
    return { submitted, after, error, ...(cause !== undefined && { cause }) };
  };
}
