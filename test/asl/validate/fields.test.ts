/** Which fields a state may have, by its type and query language, and what is said of those it may not. */
import { describe, expect, test } from "vitest";
import { parseDefinition } from "../../../lib/asl/parse.ts";
import { inner, type Json, type JsonObject, lambda, machineOf, pass, problemsIn, told } from "../parsing.ts";

/** The least that each type needs. */
const least: Readonly<Record<string, JsonObject>> = {
  Pass: { Type: "Pass", End: true },
  Task: { Type: "Task", Resource: lambda, End: true },
  Wait: { Type: "Wait", Seconds: 1, End: true },
  Choice: { Type: "Choice", Choices: [{ Variable: "$.a", IsPresent: true, Next: "E" }] },
  Succeed: { Type: "Succeed" },
  Fail: { Type: "Fail" },
  Parallel: { Type: "Parallel", Branches: [inner], End: true },
  Map: { Type: "Map", ItemProcessor: inner, End: true },
};

/** A value that is right for the field wherever the field is allowed. */
const values: Readonly<Record<string, Json>> = {
  InputPath: "$.a",
  OutputPath: "$.a",
  ResultPath: "$.a",
  Parameters: { "a.$": "$.a" },
  ResultSelector: { "a.$": "$.a" },
  Result: 1,
  Assign: { x: 1 },
  Retry: [{ ErrorEquals: ["States.ALL"] }],
  Catch: [{ ErrorEquals: ["States.ALL"], Next: "E" }],
  TimeoutSeconds: 5,
  HeartbeatSeconds: 2,
  Credentials: { RoleArn: "arn:aws:iam::111111111111:role/r" },
  ItemsPath: "$.a",
  ItemSelector: { "a.$": "$.a" },
  MaxConcurrency: 1,
  ToleratedFailureCount: 1,
  ToleratedFailurePercentage: 1,
  Label: "l",
  Error: "E",
  Cause: "C",
  Default: "E",
};

const data = ["InputPath", "OutputPath"];
const effect = [...data, "ResultPath", "Parameters", "Assign"];
const work = [...effect, "ResultSelector", "Retry", "Catch"];
const allowed: Readonly<Record<string, readonly string[]>> = {
  Pass: [...effect, "Result"],
  Task: [...work, "TimeoutSeconds", "HeartbeatSeconds", "Credentials"],
  Wait: [...data, "Assign"],
  Choice: [...data, "Assign", "Default"],
  Succeed: data,
  Fail: ["Error", "Cause"],
  Parallel: work,
  Map: [
    ...work,
    ...["ItemsPath", "ItemSelector", "MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage", "Label"],
  ],
};

const cells = Object.keys(least).flatMap((type) =>
  Object.keys(values)
    .filter((field) => !(type === "Map" && field === "Parameters"))
    .map((field) => [type, field, allowed[type]?.includes(field) === true] as const),
);

test.each(cells)("%s with %s: allowed %s", (type, field, fits) => {
  const state = { ...least[type], [field]: values[field] ?? null };
  const sentences = told({ StartAt: "S", States: { S: state, E: { Type: "Succeed" } } });
  const about = sentences.filter((sentence) => !sentence.includes("not reachable"));
  expect(about).toEqual(fits ? [] : [`Field '${field}' is not supported at /States/S`]);
});

describe("query languages", () => {
  const jsonata = { QueryLanguage: "JSONata" };
  const onlyJsonPath = (field: string) =>
    `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage at /States/S`;
  const onlyJsonata = (field: string) =>
    `The QueryLanguage is set to 'JSONPath', but field '${field}' is only supported for the 'JSONata' QueryLanguage at /States/S`;

  test.each([
    // state, machine, what is said
    [{ ...pass, Output: 1 }, {}, [onlyJsonata("Output")]],
    [{ ...pass, Output: 1 }, jsonata, []],
    [{ ...pass, Output: 1, ...jsonata }, {}, []],
    [{ ...pass, InputPath: "$", ResultPath: "$" }, jsonata, [onlyJsonPath("InputPath"), onlyJsonPath("ResultPath")]],
    [{ ...pass, Assign: { x: 1 } }, jsonata, []],
    [
      { ...pass, QueryLanguage: "JSONPath", Output: 1, InputPath: "$" },
      jsonata,
      ["'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/S"],
    ],
    [
      { ...pass, QueryLanguage: "jsonpath", InputPath: "$" },
      {},
      [
        "Value should be one of the following: [JSONPath, JSONata] at /States/S/QueryLanguage",
        onlyJsonPath("InputPath"),
      ],
    ],
    [{ ...pass, QueryLanguage: 1 }, {}, ["Expected value of type [STRING] at /States/S/QueryLanguage"]],
    [pass, { QueryLanguage: "JQ" }, ["Value should be one of the following: [JSONPath, JSONata] at /QueryLanguage"]],
    [{ Type: "Wait", Seconds: "{% 1 %}", End: true }, {}, ["Expected value of type Integer at /States/S/Seconds"]],
    [{ Type: "Wait", Seconds: "{% 1 %}", End: true }, jsonata, []],
    [
      { Type: "Wait", Seconds: "{% 1 ", End: true },
      jsonata,
      ["JSONata string must start with {% and end with %} at /States/S/Seconds"],
    ],
  ])("%j in %j", (state, machine, expected) => {
    expect(told(machineOf(state, machine))).toEqual(expected);
  });

  test("states of a Map's processor and of branches speak the machine's language, not the Map's", () => {
    const speaking = { ...jsonata, Items: [1], ItemProcessor: { StartAt: "P", States: { P: { ...pass, Output: 1 } } } };
    expect(told(machineOf({ Type: "Map", ...speaking, End: true }))).toEqual([
      `${onlyJsonata("Output").replace("/States/S", "/States/S/ItemProcessor/States/P")}`,
    ]);
  });

  test.each(["ItemProcessor", "Iterator"])("%s has no language of its own", (field) => {
    expect(told(machineOf({ Type: "Map", [field]: { ...inner, ...jsonata }, End: true }))).toEqual([
      `Field 'QueryLanguage' is not supported at /States/S/${field}`,
    ]);
  });
});

test.each([
  [{ Typ: "Pass", End: true }, "The field 'Type' is required at /States/S"],
  [
    { Type: "Pas", End: true },
    "Value should be one of the following: [Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map] at /States/S/Type",
  ],
  [{ Type: 1, End: true }, "Expected value of type [STRING] at /States/S/Type"],
  [7, "Expected value of type [OBJECT] at /States/S"],
  [{ ...pass, Comment: 7 }, "Expected value of type [STRING] at /States/S/Comment"],
])("%j is no state", (state, expected) => {
  expect(told(machineOf(state))[0]).toBe(expected);
});

test("a missing Type counts neither as a state that ends", () => {
  expect(told(machineOf({ End: true }))).toEqual([
    "The field 'Type' is required at /States/S",
    "MISSING_END_STATE: Workflow has no terminal state at undefined",
  ]);
});

test.each([
  [{ TimeOutSeconds: 1 }, ["Field 'TimeOutSeconds' is not supported at /"]],
  [{ TimeoutSeconds: "1" }, ["Expected value of type Integer at /TimeoutSeconds"]],
  [{ TimeoutSeconds: -1 }, ["Minimum value is 0 at /TimeoutSeconds"]],
  [{ TimeoutSeconds: 100_000_000 }, ["Maximum value is 99999999 at /TimeoutSeconds"]],
  [{ TimeoutSeconds: 0 }, []],
  [{ Version: "2.0" }, ["Value should be one of the following: [1.0] at /Version"]],
  [{ Version: "1.0", Comment: "c" }, []],
  [{ StartAt: 7 }, ["Expected value of type [STRING] at /StartAt"]],
  [{ States: [] }, ["Expected value of type [OBJECT] at /States"]],
  [{ States: {} }, ["Value cannot be empty at /States"]],
])("a machine with %j", (more, expected) => {
  expect(told({ ...machineOf(pass), ...more }).filter((one) => !one.startsWith("MISSING"))).toEqual(expected);
});

test("a field written almost right is named", () => {
  const found = problemsIn(parseDefinition(machineOf({ ...pass, ResultsPath: "$" })));
  expect(found[0]?.hint).toBe("did you mean 'ResultPath'?");
});
