/** How one state changes the shape of the data: what leaves it for which state, and what its branches are given. */
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import { anything, either, lookUp, nothing, objectShape, plainSteps, put, type Shape, shapeOf } from "./shape.ts";
import { entriesOf, type Written } from "./walk.ts";

export interface Flow {
  /** States that may follow, each with its input. */
  readonly leaving: readonly (readonly [string, Shape])[];
  /** What the first state of a branch or an iteration is given. */
  readonly inner: Shape;
}

export function flowOf({ state, path, language }: Written, input: Shape): Flow {
  const targets = targetsOf(state, path);
  if (language !== "JSONPath") {
    return { leaving: [...targets, ...catchTargets(state, path)].map(([name]) => [name, anything]), inner: anything };
  }
  const effective = effectiveInput(state, input);
  // Whether a result is put into the input or into what InputPath left of it: both are thought possible.
  const base = either(input, effective);
  const output = through(state, "OutputPath", placed(state, base, resultOf(state, effective)));
  const caught = catchTargets(state, path).map(([name, entry]) => [name, placed(entry, base, errorOutput)] as const);
  return {
    leaving: [...targets.map(([name]) => [name, output] as const), ...caught],
    inner: innerInput(state, effective),
  };
}

const errorOutput = objectShape([
  ["Error", nothing],
  // The cause is text, but text may be JSON to States.StringToJson; a path does not get into it.
  ["Cause", nothing],
]);

export function effectiveInput(state: JsonObject, input: Shape): Shape {
  return through(state, "InputPath", input);
}

/** What Parameters makes of the input, before any result. */
function parametersOf(state: JsonObject, effective: Shape): Shape {
  const parameters = property(state, "Parameters");
  return parameters === undefined ? effective : templateShape(parameters, effective);
}

function innerInput(state: JsonObject, effective: Shape): Shape {
  if (property(state, "Type") === "Parallel") return parametersOf(state, effective);
  // An item itself may be anything; a selector makes an object with its own members.
  const selector = property(state, "ItemSelector") ?? property(state, "Parameters");
  const batched = property(state, "ItemBatcher") !== undefined;
  return selector === undefined || batched ? anything : templateShape(selector, effective);
}

function resultOf(state: JsonObject, effective: Shape): Shape {
  switch (property(state, "Type")) {
    case "Pass": {
      const result = property(state, "Result");
      return result === undefined ? parametersOf(state, effective) : shapeOf(result);
    }
    case "Task":
    case "Parallel":
    case "Map": {
      const selector = property(state, "ResultSelector");
      return selector === undefined ? anything : templateShape(selector, anything);
    }
    default:
      return effective;
  }
}

/** A path field: absent lets everything through, null gives `{}`, what cannot be followed gives anything. */
function through(state: JsonObject, field: string, shape: Shape): Shape {
  const path = property(state, field);
  if (path === undefined) return shape;
  if (path === null) return nothing;
  return typeof path === "string" ? read(path, shape) : anything;
}

function read(path: string, shape: Shape): Shape {
  const steps = plainSteps(path);
  const found = steps === undefined ? undefined : lookUp(shape, steps);
  return found?.kind === "found" ? found.shape : anything;
}

const placing = new Set(["Pass", "Task", "Parallel", "Map"]);

function placed(entry: JsonObject, input: Shape, result: Shape): Shape {
  const path = property(entry, "ResultPath");
  const type = property(entry, "Type");
  if (path === undefined || (typeof type === "string" && !placing.has(type))) return result;
  if (path === null) return input;
  const steps = typeof path === "string" ? plainSteps(path) : undefined;
  return steps === undefined ? anything : put(input, steps, result);
}

function templateShape(template: Value, document: Shape): Shape {
  if (isArray(template)) return shapeOf(template.map(() => null));
  if (!isObject(template)) return nothing;
  return objectShape(
    Object.entries(template).map(([key, value]): readonly [string, Shape] => {
      if (!key.endsWith(".$")) return [key, isArray(value) ? anything : templateShape(value, document)];
      return [key.slice(0, -2), typeof value === "string" ? read(value, document) : anything];
    }),
  );
}

type Target = readonly [string, JsonObject];

function targetsOf(state: JsonObject, path: string): readonly Target[] {
  const rules = entriesOf(property(state, "Choices"), `${path}/Choices`).map(([rule]) => rule);
  const named = [property(state, "Next"), property(state, "Default"), ...rules.map((rule) => property(rule, "Next"))];
  return named.flatMap((name) => (typeof name === "string" ? [[name, state] as const] : []));
}

function catchTargets(state: JsonObject, path: string): readonly Target[] {
  return entriesOf(property(state, "Catch"), `${path}/Catch`).flatMap(([entry]) => {
    const name = property(entry, "Next");
    return typeof name === "string" ? [[name, entry] as const] : [];
  });
}
