/**
 * How one waits for a job: what to ask for it, where its status stands, which statuses end it, and how it is
 * stopped. Data, so that a table's row and a state's own poller are one thing; the engine asks, on its own time.
 *
 * A text `$.Answer.…` or `$.Given.…` in parameters is a place in what the call that began the job answered, or was given.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Ask {
  readonly action: string;
  readonly parameters: Json;
}

export interface Poller {
  readonly describe: Ask;
  /** Place of the job's status in the answer: `$.JobRun.JobRunState`. */
  readonly status: string;
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
  /** The state's result, with places in the answer; default: all of the answer. */
  readonly result?: Json;
  /** Absent where such a job cannot be stopped. */
  readonly stop?: Ask;
  /** That it is not there any more is the end one waits for. */
  readonly goneIsSuccess?: boolean;
}

export type Standing = "running" | "succeeded" | "failed";

export function standing(poller: Poller, described: Json): Standing {
  const status = at(described, poller.status);
  if (typeof status !== "string") return "running";
  if (poller.succeeded.includes(status)) return "succeeded";
  return poller.failed.includes(status) ? "failed" : "running";
}

export function resultOf(poller: Poller, described: Json): Json {
  return poller.result === undefined ? described : (filled(poller.result, described) ?? null);
}

/** What is to be asked of this very job. */
export function askOf({ action, parameters }: Ask, given: Json, answer: Json): Ask {
  return { action, parameters: filled(parameters, { Given: given, Answer: answer }) ?? {} };
}

/** Members whose place holds nothing are left out. */
function filled(template: Json, scope: Json): Json | undefined {
  if (typeof template === "string") return template.startsWith("$.") ? at(scope, template) : template;
  if (Array.isArray(template)) {
    return template.flatMap((item: Json) => {
      const value = filled(item, scope);
      return value === undefined ? [] : [value];
    });
  }
  if (typeof template !== "object" || template === null) return template;
  const members = Object.entries(template).flatMap(([name, item]): [string, Json][] => {
    const value = filled(item, scope);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(members);
}

const pathForm = /^\$(?:\.[\w-]+|\[\d+\])*$/;

/** Whether it is a place as they are written here: `$`, `$.Name`, `$.Names[0].Name`. */
export function isPlace(text: string): boolean {
  return pathForm.test(text);
}

export function at(value: Json, place: string): Json | undefined {
  let found: Json | undefined = value;
  for (const [, name, index] of place.matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Object.entries(found).find(([key]) => key === (name ?? index))?.[1];
  }
  return found;
}
