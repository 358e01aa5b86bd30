/**
 * Readers of everything that is compiled: paths, reference paths, templates, expressions. Problems of the
 * compilers get the service's words and places here; what a compiled thing may look at is noted for the state.
 */
import type { Assign, Filter } from "../definition.ts";
import { compileExpression, type Expression, isExpression } from "../evaluate/expression.ts";
import { compilePath, compileReferencePath, isProblem, type Path, type ReferencePath } from "../evaluate/path.ts";
import { type CompiledTemplate, compileQuery, compileTemplate, type Template } from "../evaluate/template.ts";
import { isArray, isObject, property, type Value } from "../json.ts";
import { hasIllegalEscape, invalidQuery, judgeEscapesIn } from "./escapes.ts";
import { judgeExpressionsIn, judgeStates, notAnExpression } from "./expressions.ts";
import { asObject } from "./fields.ts";
import { inField, type Place, report } from "./place.ts";
import { text } from "./values.ts";

function path(value: Value, place: Place): Path | undefined {
  const source = text(value, place);
  if (source === undefined) return undefined;
  const compiled = compilePath(source);
  if (isProblem(compiled)) return report(place, "Value must be a valid JSONPath.", { value, hint: compiled.message });
  place.references.push(compiled.references);
  return compiled;
}

/** `null` throws the value away. */
export function filter(value: Value, place: Place): Filter {
  return value === null ? null : path(value, place);
}

/** A path to exactly one node, which is read. */
export function singlePath(value: Value, place: Place): Path | undefined {
  const source = text(value, place);
  if (source === undefined) return undefined;
  if (!source.startsWith("$")) return notReference(place, value, ": Reference path didn't start with '$'");
  const compiled = compilePath(source);
  if (isProblem(compiled)) return notReference(place, value, "", compiled.message);
  if (!compiled.definite)
    return notReference(place, value, "", "wildcards, filters, slices and '..' may find several nodes");
  place.references.push(compiled.references);
  return compiled;
}

/** A path to exactly one node of the input or of a variable: the numbers of a Map cannot come from the context object. */
export function singleInputPath(value: Value, place: Place): Path | undefined {
  if (typeof value === "string" && value.startsWith("$$")) {
    return notReference(place, value, "", "the context object cannot be used here");
  }
  return singlePath(value, place);
}

/** Where a result is put. `null` throws it away. */
export function resultPath(value: Value, place: Place): ReferencePath | null | undefined {
  if (value === null) return null;
  const source = text(value, place);
  if (source === undefined) return undefined;
  if (!source.startsWith("$")) return notReference(place, value, ": Reference path didn't start with '$'");
  const compiled = compileReferencePath(source);
  return isProblem(compiled) ? notReference(place, value, "", compiled.message) : compiled;
}

function notReference(place: Place, value: Value, why: string, hint?: string): undefined {
  report(place, `Value is not a Reference Path${why}`, { value, hint });
}

/** A JSONata string, `{% … %}`. */
export function expression(value: Value, place: Place): Expression | undefined {
  const source = text(value, place);
  if (source === undefined) return undefined;
  if (!isExpression(source)) {
    return report(place, notAnExpression, { value });
  }
  const compiled = compileExpression(source, place.field);
  if ("kind" in compiled) return report(place, compiled.message, { code: compiled.code, value });
  judgeStates(compiled, place);
  place.references.push(compiled.references);
  return compiled;
}

/** A payload template of the state's language; any JSON value. */
export function template(value: Value, place: Place): Template | undefined {
  return placed(compileTemplate(value, place.language, place.field), value, place);
}

/** A payload template that has to be an object, or under JSONata an expression that gives one. */
export function objectTemplate(value: Value, place: Place): Template | undefined {
  if (isObject(value)) return template(value, place);
  if (place.language === "JSONata" && typeof value === "string" && isExpression(value)) return template(value, place);
  return report(place, "Expected value of type [OBJECT]", { value });
}

/** A path or an intrinsic function by itself. */
export function query(value: Value, place: Place): Template | undefined {
  const source = text(value, place);
  if (source === undefined) return undefined;
  const wording = "Value must be a valid JSONPath or a valid intrinsic function call";
  if (hasIllegalEscape(source)) return report(place, wording, { value });
  return placed(compileQuery(source, place.field), value, place, wording);
}

function placed(compiled: CompiledTemplate, value: Value, place: Place, wording?: string): Template | undefined {
  if (place.language === "JSONata") judgeExpressionsIn(value, place);
  else if (!judgeEscapesIn(value, place)) return undefined;
  if (compiled.kind === "template") {
    place.references.push(compiled.template.references);
    return compiled.template;
  }
  for (const problem of compiled.problems) {
    const code = problem.code ?? "SCHEMA_VALIDATION_FAILED";
    const path = problem.path.split("/").slice(1);
    const where = code === "SCHEMA_VALIDATION_FAILED" ? path.slice(0, -1) : path;
    report(descend(value, where, place), wording ?? problem.message, { code, value: problem.value });
  }
  return undefined;
}

/** The place at the end of a pointer, written as the service writes it: `[0]` in an array, `/key` in an object. */
function descend(value: Value, keys: readonly string[], place: Place): Place {
  let here: Value | undefined = value;
  let at = place;
  for (const pointer of keys) {
    const key = pointer.replaceAll("~1", "/").replaceAll("~0", "~");
    if (here !== undefined && isArray(here)) {
      at = { ...at, path: `${at.path}[${key}]`, field: `${at.field}[${key}]` };
      here = here[Number(key)];
    } else {
      at = inField(at, key);
      here = here !== undefined && isObject(here) ? property(here, key) : undefined;
    }
  }
  return at;
}

const queryKey = /\.\$$/;

/** `Assign`: a template for each variable. */
export function assign(value: Value, place: Place): Assign | undefined {
  const object = asObject(value, place);
  if (object === undefined) return undefined;
  const variables = new Map<string, Template>();
  for (const [key, item] of Object.entries(object)) {
    const isQuery = place.language === "JSONPath" && queryKey.test(key);
    const name = isQuery ? key.replace(queryKey, "") : key;
    if (!nameable(name, inField(place, key))) continue;
    place.machine.assigned.push({ name, container: place.container, path: inField(place, key).path });
    const compiled = isQuery ? assignedQuery(key, item, place) : template(item, inField(place, key));
    if (compiled !== undefined) variables.set(name, compiled);
  }
  return variables;
}

function assignedQuery(key: string, value: Value, place: Place): Template | undefined {
  const wording = invalidQuery(key);
  if (typeof value !== "string" || hasIllegalEscape(value)) return report(place, wording, { value });
  const compiled = compileQuery(value, key);
  if (compiled.kind === "problems") return report(place, wording, { value, hint: compiled.problems[0]?.message });
  place.references.push(compiled.template.references);
  return compiled.template;
}

const identifier = /^\p{ID_Start}\p{ID_Continue}*$/u;
const variableNameLength = 80;

function nameable(name: string, place: Place): boolean {
  if (name === "states") {
    report(place, "Cannot assign to reserved variable '$states'.", { code: "RESERVED_VARIABLE_NAME" });
    return false;
  }
  if (name.length > variableNameLength) {
    const message = `Invalid variable name '${name}': the variable name exceeds the maximum length of ${variableNameLength} characters.`;
    report(place, message, { code: "INVALID_VARIABLE_NAME" });
    return false;
  }
  if (!identifier.test(name)) {
    const message = `Invalid variable name '${name}': the variable name contains invalid characters.`;
    report(place, message, {
      code: "INVALID_VARIABLE_NAME",
      hint: "a letter first, then letters, digits and '_'",
    });
    return false;
  }
  return true;
}
