/** `Retry` and `Catch`: how a state answers errors. When they apply is `states/`; here is only what they may say. */
import type { Catcher, Retrier } from "../definition.ts";
import type { Value } from "../json.ts";
import { assign, resultPath, template } from "./compiled.ts";
import { elsewhere, field, type Reader, readObject } from "./fields.ts";
import { inField, type Place, report } from "./place.ts";
import { list, number, oneOf, text } from "./values.ts";

const yearSeconds = 31_622_400;
const most = 99_999_999;

const errorNames = list(text, { empty: "refused" });

const retrierShape = {
  required: ["ErrorEquals"],
  fields: {
    ErrorEquals: field("errorEquals", errorNames),
    IntervalSeconds: field("intervalSeconds", number({ least: 0, most })),
    MaxAttempts: field("maxAttempts", number({ least: 0, most })),
    BackoffRate: field("backoffRate", number({ least: 1, fractions: true })),
    MaxDelaySeconds: field("maxDelaySeconds", number({ least: 1, most: yearSeconds })),
    JitterStrategy: field("jitterStrategy", oneOf("NONE", "FULL")),
    Comment: elsewhere,
  },
} as const;

function retrier(value: Value, place: Place): Retrier | undefined {
  const read = readObject(retrierShape, value, place);
  if (read?.errorEquals === undefined) return undefined;
  const found = { intervalSeconds: 1, maxAttempts: 3, backoffRate: 2, jitterStrategy: "NONE" as const, ...read };
  if (found.maxDelaySeconds !== undefined && found.maxDelaySeconds <= found.intervalSeconds) {
    report(inField(place, "MaxDelaySeconds"), "MaxDelaySeconds must be greater than IntervalSeconds", {
      value: found.maxDelaySeconds,
      hint: `IntervalSeconds is ${found.intervalSeconds}`,
    });
  }
  return { ...found, errorEquals: read.errorEquals };
}

const catcherShape = {
  required: ["ErrorEquals", "Next"],
  fields: {
    ErrorEquals: field("errorEquals", errorNames),
    Next: field("next", text),
    ResultPath: field("resultPath", resultPath, "JSONPath"),
    Output: field("output", template, "JSONata"),
    Assign: field("assign", assign),
    Comment: elsewhere,
  },
} as const;

function catcher(value: Value, place: Place): Catcher | undefined {
  const read = readObject(catcherShape, value, { ...place, sees: { result: false, errorOutput: true } });
  if (read?.errorEquals === undefined || read.next === undefined) return undefined;
  return { ...read, errorEquals: read.errorEquals, next: read.next };
}

export const retriers: Reader<readonly Retrier[]> = wildcardLast(retrier);
export const catchers: Reader<readonly Catcher[]> = wildcardLast(catcher);

function wildcardLast<T extends { readonly errorEquals: readonly string[] }>(read: Reader<T>): Reader<readonly T[]> {
  return (value, place) => {
    let last = -1;
    if (Array.isArray(value)) last = value.length - 1;
    let index = -1;
    const judged: Reader<T> = (item, at) => {
      index++;
      const found = read(item, at);
      const wildcard = found?.errorEquals.includes("States.ALL") === true;
      if (wildcard && (found.errorEquals.length > 1 || index < last)) {
        report(inField(at, "ErrorEquals"), "States.ALL must appear alone and at end of list", {
          hint: "move it to an entry of its own, the last of the list",
        });
      }
      return found;
    };
    return list(judged, { empty: "allowed" })(value, place);
  };
}
