/** Where a JSONPath state reads: every path it holds, with the document the path begins at. */
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import { effectiveInput } from "./flow.ts";
import type { Shape } from "./shape.ts";
import { entriesOf, type Written } from "./walk.ts";

export interface PathRead {
  readonly source: string;
  readonly path: string;
  readonly document: Shape;
}

/** Fields with a path into the effective input. */
const inputPaths = [
  ...[
    "ItemsPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "SecondsPath",
    "TimestampPath",
    "ErrorPath",
    "CausePath",
  ],
  ...["MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"],
];

export function readsOf({ state, path }: Written, input: Shape): readonly PathRead[] {
  const effective = effectiveInput(state, input);
  const reads: PathRead[] = [];
  const add = (source: Value | undefined, at: string, document: Shape) => {
    if (typeof source === "string") reads.push({ source, path: at, document });
  };
  add(property(state, "InputPath"), `${path}/InputPath`, input);
  // Beside Parameters it is not certain which of the two documents the other fields begin at.
  const certain = property(state, "Parameters") === undefined || property(state, "Type") === "Map";
  for (const field of certain ? inputPaths : []) add(property(state, field), `${path}/${field}`, effective);
  for (const field of ["Parameters", "ItemSelector"]) {
    for (const [source, at] of pathsIn(property(state, field), `${path}/${field}`)) add(source, at, effective);
  }
  const rules = entriesOf(property(state, "Choices"), `${path}/Choices`);
  const asked = new Set(rules.flatMap(([rule]) => askedIn(rule)));
  for (const [rule, at] of rules) {
    for (const [source, place] of comparedIn(rule, at)) if (!asked.has(source)) add(source, place, effective);
  }
  return reads;
}

type Found = readonly [string, string];

function pathsIn(template: Value | undefined, path: string): readonly Found[] {
  if (isArray(template)) return template.flatMap((item, index) => pathsIn(item, `${path}[${index}]`));
  if (!isObject(template)) return [];
  return Object.entries(template).flatMap(([key, value]): readonly Found[] => {
    if (!key.endsWith(".$")) return pathsIn(value, `${path}/${key}`);
    return typeof value === "string" ? [[value, `${path}/${key}`]] : [];
  });
}

/** Paths whose presence is asked about: what may be absent is no mistake there. */
function askedIn(rule: JsonObject): readonly string[] {
  const asking = testsIn(rule, "").filter(([test]) => property(test, "IsPresent") !== undefined);
  return asking.flatMap(([test]) => textOf(property(test, "Variable")));
}

function comparedIn(rule: JsonObject, path: string): readonly Found[] {
  return testsIn(rule, path).flatMap(([test, place]) =>
    Object.entries(test).flatMap(([field, value]): readonly Found[] => {
      const isPath = field === "Variable" || field.endsWith("Path");
      return isPath && typeof value === "string" ? [[value, `${place}/${field}`]] : [];
    }),
  );
}

function testsIn(rule: JsonObject, path: string): readonly (readonly [JsonObject, string])[] {
  const negated = property(rule, "Not");
  return [
    [rule, path] as const,
    ...(isObject(negated) ? testsIn(negated, `${path}/Not`) : []),
    ...["And", "Or"].flatMap((field) =>
      entriesOf(property(rule, field), `${path}/${field}`).flatMap(([test, at]) => testsIn(test, at)),
    ),
  ];
}

function textOf(value: Value | undefined): readonly string[] {
  return typeof value === "string" ? [value] : [];
}
