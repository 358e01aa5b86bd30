/** Retry and Catch. */
import { expect, test } from "vitest";
import { type Json, machineOf, task, told, withTarget } from "../parsing.ts";

const any = { ErrorEquals: ["States.ALL"] };
const alone = "States.ALL must appear alone and at end of list";

test.each<[Json, readonly string[]]>([
  [[any], []],
  [[], []],
  [[{ ErrorEquals: ["A", "B"], Comment: 1 }, any], []],
  [[{ ErrorEquals: ["States.Runtime", "States.DataLimitExceeded", "Own"] }], []],
  [[{}], ["These fields are required: [ErrorEquals] at /States/S/Retry[0]"]],
  [[{ ErrorEquals: [] }], ["Value cannot be empty at /States/S/Retry[0]/ErrorEquals"]],
  [[{ ErrorEquals: [1] }], ["Expected value of type [STRING] at /States/S/Retry[0]/ErrorEquals[0]"]],
  [[{ ErrorEquals: "A" }], ["Expected value of type [ARRAY] at /States/S/Retry[0]/ErrorEquals"]],
  [[{ ErrorEquals: ["A", "States.ALL"] }], [`${alone} at /States/S/Retry[0]/ErrorEquals`]],
  [[any, { ErrorEquals: ["A"] }], [`${alone} at /States/S/Retry[0]/ErrorEquals`]],
  [any, ["Expected value of type [ARRAY] at /States/S/Retry"]],
  [[{ ...any, IntervalSeconds: 0, MaxAttempts: 0, BackoffRate: 1, JitterStrategy: "FULL" }], []],
  [[{ ...any, IntervalSeconds: -1 }], ["Minimum value is 0 at /States/S/Retry[0]/IntervalSeconds"]],
  [[{ ...any, IntervalSeconds: 1.5 }], ["Expected value of type Integer at /States/S/Retry[0]/IntervalSeconds"]],
  [[{ ...any, IntervalSeconds: "{% 1 %}" }], ["Expected value of type Integer at /States/S/Retry[0]/IntervalSeconds"]],
  [[{ ...any, MaxAttempts: 100_000_000 }], ["Maximum value is 99999999 at /States/S/Retry[0]/MaxAttempts"]],
  [[{ ...any, BackoffRate: 0.9 }], ["Minimum value is 1.0 at /States/S/Retry[0]/BackoffRate"]],
  [[{ ...any, BackoffRate: 1.5 }], []],
  [
    [{ ...any, MaxDelaySeconds: 0 }],
    ["Minimum value is 1 at /States/S/Retry[0]/MaxDelaySeconds", "MaxDelaySeconds must be greater"],
  ],
  [[{ ...any, MaxDelaySeconds: 31_622_401 }], ["Maximum value is 31622400 at /States/S/Retry[0]/MaxDelaySeconds"]],
  [
    [{ ...any, IntervalSeconds: 5, MaxDelaySeconds: 5 }],
    ["MaxDelaySeconds must be greater than IntervalSeconds at /States/S/Retry[0]/MaxDelaySeconds"],
  ],
  [
    [{ ...any, JitterStrategy: "HALF" }],
    ["Value should be one of the following: [NONE, FULL] at /States/S/Retry[0]/JitterStrategy"],
  ],
  [[{ ...any, MaxRetries: 3 }], ["Field 'MaxRetries' is not supported at /States/S/Retry[0]"]],
])("Retry %j", (Retry, expected) => {
  const sentences = expected.filter((sentence) => sentence.includes(" at /"));
  expect(told(machineOf({ ...task, Retry }))).toEqual(sentences);
});

test.each<[Json, readonly string[]]>([
  [[{ ...any, Next: "T" }], []],
  [[{ ...any, Next: "T", ResultPath: null, Assign: { "x.$": "$.Error" }, Comment: "c" }], []],
  [[{ ...any, Next: "T", ResultPath: "$.error" }], []],
  [[{ ...any }], ["These fields are required: [Next] at /States/S/Catch[0]"]],
  [[{}], ["These fields are required: [ErrorEquals, Next] at /States/S/Catch[0]"]],
  [
    [
      { ...any, Next: "T" },
      { ErrorEquals: ["A"], Next: "T" },
    ],
    [`${alone} at /States/S/Catch[0]/ErrorEquals`],
  ],
  [[{ ...any, Next: "T", ResultPath: "$.a[*]" }], ["Value is not a Reference Path at /States/S/Catch[0]/ResultPath"]],
  [
    [{ ...any, Next: "T", Output: 1 }],
    [
      "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/S/Catch[0]",
    ],
  ],
  [[{ ...any, Next: "T", MaxAttempts: 1 }], ["Field 'MaxAttempts' is not supported at /States/S/Catch[0]"]],
])("Catch %j", (Catch, expected) => {
  const unreached = (sentence: string) => sentence.startsWith("MISSING");
  const sentences = told(withTarget({ ...task, Catch })).filter((sentence) => !unreached(sentence));
  expect(sentences).toEqual(expected);
});
