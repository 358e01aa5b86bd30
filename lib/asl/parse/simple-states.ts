/** Pass, Wait, Choice, Succeed, Fail and Parallel: what each may say. */
import type {
  ChoiceState,
  Computed,
  FailState,
  ParallelState,
  PassState,
  SucceedState,
  WaitState,
} from "../definition.ts";
import { type JsonObject, type Value, writeJson } from "../json.ts";
import { judgeTimestamp, rules } from "./choice.ts";
import { objectTemplate, query, singlePath, template } from "./compiled.ts";
import { branch } from "./container.ts";
import { field, readFields } from "./fields.ts";
import type { Place } from "./place.ts";
import {
  anyState,
  byPath,
  following,
  going,
  output,
  outputAndAssign,
  paths,
  placing,
  resulting,
} from "./state-fields.ts";
import { computedNumber, computedText, list, text } from "./values.ts";

const most = 99_999_999;

const passShape = {
  fields: {
    ...anyState,
    ...going,
    ...paths,
    ...placing,
    ...outputAndAssign,
    Result: field("result", (value: Value) => writeJson(value), "JSONPath"),
    Parameters: field("parameters", objectTemplate, "JSONPath"),
  },
} as const;

export function pass(object: JsonObject, place: Place, name: string): PassState | undefined {
  const read = readFields(passShape, object, place);
  const next = following(object, place);
  if (next === undefined) return undefined;
  return { type: "Pass", name, queryLanguage: place.language, ...read, following: next };
}

const waitShape = {
  exactlyOne: [["SecondsPath", "Seconds", "TimestampPath", "Timestamp"]],
  fields: {
    ...anyState,
    ...going,
    ...paths,
    ...outputAndAssign,
    Seconds: field("seconds", computedNumber({ least: 0, most })),
    SecondsPath: field("seconds", byPath(singlePath), "JSONPath"),
    Timestamp: field("timestamp", computedText(judgeTimestamp)),
    TimestampPath: field("timestamp", byPath(singlePath), "JSONPath"),
  },
} as const;

export function wait(object: JsonObject, place: Place, name: string): WaitState | undefined {
  const { seconds, timestamp, ...read } = readFields(waitShape, object, place);
  const next = following(object, place);
  const until = waitingUntil(seconds, timestamp);
  if (next === undefined || until === undefined) return undefined;
  return { type: "Wait", name, queryLanguage: place.language, ...read, until, following: next };
}

function waitingUntil(seconds?: Computed<number>, timestamp?: Computed<string>): WaitState["until"] | undefined {
  if (seconds !== undefined) return { kind: "seconds", seconds };
  return timestamp === undefined ? undefined : { kind: "timestamp", timestamp };
}

const choiceShape = {
  required: ["Choices"],
  fields: {
    ...anyState,
    ...paths,
    ...outputAndAssign,
    Choices: field("choices", rules),
    Default: field("default", text),
  },
} as const;

export function choice(object: JsonObject, place: Place, name: string): ChoiceState | undefined {
  const { choices, ...read } = readFields(choiceShape, object, place);
  if (choices === undefined) return undefined;
  return { type: "Choice", name, queryLanguage: place.language, ...read, choices };
}

const succeedShape = { fields: { ...anyState, ...paths, ...output } } as const;

export function succeed(object: JsonObject, place: Place, name: string): SucceedState {
  return { type: "Succeed", name, queryLanguage: place.language, ...readFields(succeedShape, object, place) };
}

const failShape = {
  atMostOne: [
    ["Error", "ErrorPath"],
    ["Cause", "CausePath"],
  ],
  fields: {
    ...anyState,
    Error: field("error", computedText()),
    ErrorPath: field("error", byQuery, "JSONPath"),
    Cause: field("cause", computedText()),
    CausePath: field("cause", byQuery, "JSONPath"),
  },
} as const;

function byQuery(value: Value, place: Place): Computed<string> | undefined {
  const found = query(value, place);
  return found === undefined ? undefined : { kind: "template", template: found };
}

export function fail(object: JsonObject, place: Place, name: string): FailState {
  return { type: "Fail", name, queryLanguage: place.language, ...readFields(failShape, object, place) };
}

const parallelShape = {
  required: ["Branches"],
  fields: {
    ...anyState,
    ...going,
    ...paths,
    ...resulting,
    Parameters: field("parameters", objectTemplate, "JSONPath"),
    Arguments: field("parameters", template, "JSONata"),
    Branches: field("branches", list(branch, { empty: "refused" })),
  },
} as const;

export function parallel(object: JsonObject, place: Place, name: string): ParallelState | undefined {
  const { branches, ...read } = readFields(parallelShape, object, place);
  const next = following(object, place);
  if (branches === undefined || next === undefined) return undefined;
  return {
    type: "Parallel",
    name,
    queryLanguage: place.language,
    retry: [],
    catch: [],
    ...read,
    branches,
    following: next,
  };
}
