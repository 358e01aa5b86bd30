/** Fields that several types of state share, and how a state says what follows it. */
import type { Computed, Following } from "../definition.ts";
import type { Path } from "../evaluate/path.ts";
import { type JsonObject, property } from "../json.ts";
import { assign, filter, objectTemplate, resultPath, template } from "./compiled.ts";
import { catchers, retriers } from "./errors.ts";
import { elsewhere, field, type Reader } from "./fields.ts";
import { inField, type Place, report, type Sees } from "./place.ts";
import { text, truth } from "./values.ts";

export const anyState = { Type: elsewhere, QueryLanguage: elsewhere, Comment: field("comment", text) };

export const going = { Next: elsewhere, End: elsewhere };

export const paths = {
  InputPath: field("inputPath", filter, "JSONPath"),
  OutputPath: field("outputPath", filter, "JSONPath"),
};

export const output = { Output: field("output", template, "JSONata") };

export const outputAndAssign = { ...output, Assign: field("assign", assign) };

export const placing = { ResultPath: field("resultPath", resultPath, "JSONPath") };

const seesResult: Sees = { result: true, errorOutput: false };

/** What Task, Parallel and Map do with their result. */
export const resulting = {
  Output: field("output", seeing(template), "JSONata"),
  Assign: field("assign", seeing(assign)),
  ResultSelector: field("resultSelector", objectTemplate, "JSONPath"),
  ...placing,
  Retry: field("retry", retriers),
  Catch: field("catch", catchers),
};

function seeing<T>(read: Reader<T>): Reader<T> {
  return (value, place) => read(value, { ...place, sees: seesResult });
}

type ByPath = Extract<Computed<never>, { kind: "path" }>;

/** The `…Path` form of a field. */
export function byPath(read: Reader<Path>): Reader<ByPath> {
  return (value, place) => {
    const found = read(value, place);
    return found === undefined ? undefined : { kind: "path", path: found };
  };
}

/** `End: true` or `Next`, one of them. */
export function following(object: JsonObject, place: Place): Following | undefined {
  const next = property(object, "Next");
  const end = property(object, "End");
  const ends = end === undefined ? false : truth(end, inField(place, "End"));
  const target = next === undefined ? undefined : text(next, inField(place, "Next"));
  if (ends === true && next !== undefined) {
    return report(place, "There should only be one of the following fields: [Next, End]", {
      hint: "keep Next to go on, or End: true to stop here",
    });
  }
  if (ends === true) return { kind: "end" };
  if (target !== undefined) return { kind: "next", state: target };
  if (next === undefined) {
    report(place, "This object should have only one of the following fields: [Next, End]", {
      hint: "add Next with the name of a state, or End: true",
    });
  }
  return undefined;
}
