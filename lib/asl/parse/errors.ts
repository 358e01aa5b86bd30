/** `Retry` and `Catch`: how a state answers errors. When they apply is `states/`; here is only what they may say. */
import type { Catcher, Retrier } from "../definition.ts";
import { isArray, isObject, property, type Value } from "../json.ts";
import { assign, resultPath, template } from "./compiled.ts";
import { elsewhere, field, type Reader, readObject } from "./fields.ts";
import { inField, inIndex, type Place, report } from "./place.ts";
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

function wildcardLast<T>(read: Reader<T>): Reader<readonly T[]> {
  const entries = list(read, { empty: "allowed" });
  return (value, place) => {
    const found = entries(value, place);
    if (isArray(value)) judgeWildcards(value, place);
    return found;
  };
}

function judgeWildcards(entries: readonly Value[], place: Place): void {
  entries.forEach((entry, index) => {
    const names = isObject(entry) ? property(entry, "ErrorEquals") : undefined;
    if (!isArray(names) || !names.includes("States.ALL")) return;
    if (names.length === 1 && index === entries.length - 1) return;
    report(inField(inIndex(place, index), "ErrorEquals"), "States.ALL must appear alone and at end of list", {
      hint: "move it to an entry of its own, the last of the list",
    });
  });
}
