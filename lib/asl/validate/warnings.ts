/** The service's warnings: text that looks like a path or an intrinsic function where it is taken as it stands. */
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import { type Problem, type ProblemCode, shown } from "../problem.ts";
import { entriesOf, type Written } from "./walk.ts";

const dynamic = /^(?:\$$|\$[.[$]|States\.[A-Z][A-Za-z0-9]*\()/;

/** Fields with a payload template, as paths from the state. */
const templates = [
  ["Parameters"],
  ["ResultSelector"],
  ["ItemSelector"],
  ["Assign"],
  ["ItemBatcher", "BatchInput"],
  ["ItemReader", "Parameters"],
  ["ResultWriter", "Parameters"],
];

/** Fields with a text that have a …Path form. */
const withPathForm = ["Error", "Cause", "Timestamp"];

export function staticLooksDynamic(written: Written): readonly Problem[] {
  if (written.language !== "JSONPath") return [];
  const { state, path } = written;
  const inTemplates = templates.flatMap((keys) => membersOf(at(state, keys), `${path}/${keys.join("/")}`));
  const inCatch = entriesOf(property(state, "Catch"), `${path}/Catch`);
  const inChoices = entriesOf(property(state, "Choices"), `${path}/Choices`);
  const assigned = [...inCatch, ...inChoices].flatMap(([entry, place]) =>
    membersOf(property(entry, "Assign"), `${place}/Assign`),
  );
  const comparisons = inChoices.flatMap(([rule, place]) => comparedTexts(rule, place));
  return [...inTemplates, ...assigned, ...plainFields(written), ...comparisons, ...staticResult(written)];
}

function at(value: Value, keys: readonly string[]): Value | undefined {
  let here: Value | undefined = value;
  for (const key of keys) here = isObject(here) ? property(here, key) : undefined;
  return here;
}

function looksDynamic(value: Value): value is string {
  return typeof value === "string" && dynamic.test(value);
}

function warning(code: ProblemCode, path: string, message: string, value: Value, hint: string): Problem {
  return { code, severity: "WARNING", path, message, value: shown(value), hint };
}

function membersOf(value: Value | undefined, path: string): readonly Problem[] {
  if (isArray(value)) return value.flatMap((item, index) => membersOf(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key.endsWith(".$") || !looksDynamic(item)) return membersOf(item, `${path}/${key}`);
    const message = `No '.$' on the field '${key}', whose value appears to be a JSONPath or an intrinsic function`;
    return [warning("NO_DOLLAR", path, message, item, `write '${key}.$' to have it evaluated`)];
  });
}

function plainFields({ state, path }: Written): readonly Problem[] {
  return withPathForm.flatMap((field) => {
    const value = property(state, field);
    return value !== undefined && looksDynamic(value) ? [noPath(field, value, `${path}/${field}`)] : [];
  });
}

function noPath(field: string, value: string, path: string): Problem {
  const message = `The value of '${field}' looks like a path, but the field name does not end with 'Path'`;
  return warning("NO_PATH", path, message, value, `write '${field}Path' to have it evaluated`);
}

const comparison = /^(?:String|Numeric|Timestamp|Boolean)[A-Z][A-Za-z]*$/;

function comparedTexts(rule: JsonObject, path: string): readonly Problem[] {
  return Object.entries(rule).flatMap(([field, value]) => {
    if (field === "Not" && isObject(value)) return comparedTexts(value, `${path}/Not`);
    if (field === "And" || field === "Or") {
      return entriesOf(value, `${path}/${field}`).flatMap(([inner, place]) => comparedTexts(inner, place));
    }
    const plain = comparison.test(field) && !field.endsWith("Path") && field !== "StringMatches";
    return plain && looksDynamic(value) ? [noPath(field, value, `${path}/${field}`)] : [];
  });
}

function staticResult({ state, path }: Written): readonly Problem[] {
  const result = property(state, "Result");
  if (result === undefined || property(state, "Type") !== "Pass") return [];
  const found = firstDynamic(result);
  if (found === undefined) return [];
  const message = "The Result of a Pass state is static, but it contains what appears to be a path";
  return [
    warning("PASS_RESULT_IS_STATIC", `${path}/Result`, message, found, "use Parameters with a name that ends in '.$'"),
  ];
}

function firstDynamic(value: Value): string | undefined {
  if (looksDynamic(value)) return value;
  if (typeof value !== "object" || value === null) return undefined;
  const items = isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  for (const item of items) {
    const found = firstDynamic(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
