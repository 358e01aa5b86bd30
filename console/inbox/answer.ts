/**
 * The answer to an open task, from what stands in a form or from JSON as it is typed. Who answered and why goes
 * into it where it is an object, as `baton inbox approve` has it.
 */
import type { JsonText } from "../../lib/asl/json.ts";
import { problemsOf, type Schema } from "../../lib/cli/inbox/schema.ts";
import { signed } from "../../lib/cli/inbox/sign.ts";

export interface Signed {
  readonly by: string;
  readonly comment: string;
}

/** What stands in the fields: a text or a flag, and of lists and objects what stands in theirs. */
export type Draft = string | boolean | readonly Draft[] | Drafts;

export interface Drafts {
  readonly [property: string]: Draft;
}

export type Kind = "text" | "number" | "flag" | "choice" | "object" | "list" | "json";

/** With which field a value is asked for. */
export function kindOf({ type, enum: allowed, properties, items }: Schema): Kind {
  if (allowed !== undefined) return "choice";
  const one = typeof type === "string" ? type : type?.find((each) => each !== "null");
  switch (one) {
    case "boolean":
      return "flag";
    case "number":
    case "integer":
      return "number";
    case "object":
      return properties === undefined ? "json" : "object";
    case "array":
      return items === undefined ? "json" : "list";
    case "null":
      return "json";
    default:
      return properties === undefined ? "text" : "object";
  }
}

/** Properties that a form can ask for; none: the answer is typed as JSON. */
export function fieldsOf(schema: Schema | undefined): readonly (readonly [name: string, schema: Schema])[] {
  return Object.entries(schema?.properties ?? {});
}

/** What stands in a form before anybody has typed. */
export function draftOf(schema: Schema, given: unknown = schema.default): Draft {
  switch (kindOf(schema)) {
    case "flag":
      return given === true;
    case "object":
      return draftsOf(schema, given);
    case "list": {
      const { items = {}, minItems = 0 } = schema;
      const values: readonly unknown[] = Array.isArray(given) ? given : Array.from({ length: minItems });
      return values.map((value) => draftOf(items, value));
    }
    case "json":
      return given === undefined ? "" : JSON.stringify(given);
    default:
      return given === undefined ? "" : typeof given === "string" ? given : JSON.stringify(given);
  }
}

export function draftsOf(schema: Schema, given: unknown = schema.default): Drafts {
  const values = new Map(Object.entries(typeof given === "object" && given !== null ? given : {}));
  return Object.fromEntries(fieldsOf(schema).map(([name, field]) => [name, draftOf(field, values.get(name))]));
}

/** Whoever approves has not to say so twice: the buttons decide what is approved. */
export function firstDrafts(schema: Schema | undefined): Drafts {
  const drafts = draftsOf(schema ?? {});
  return asksApproval(schema) ? { ...drafts, approved: true } : drafts;
}

/** What the buttons do not say already. */
export function shownSchema(schema: Schema): Schema {
  if (!asksApproval(schema)) return schema;
  const { approved: _, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

function asksApproval(schema: Schema | undefined): boolean {
  const { approved } = schema?.properties ?? {};
  return approved !== undefined && kindOf(approved) === "flag";
}

/** The values of the fields; what is left empty and not required is left out. Throws what is wrong, in words. */
export function readForm(schema: Schema | undefined, drafts: Drafts): JsonText {
  return JSON.stringify(checked(schema, valueIn(schema ?? {}, drafts, "") ?? {}));
}

/** As it was typed, digits and all. */
export function readJson(schema: Schema | undefined, text: string): JsonText {
  checked(schema, parsed(text, "The answer"));
  return text;
}

function checked(schema: Schema | undefined, answer: unknown): unknown {
  const problems = schema ? problemsOf(schema, answer) : [];
  if (problems.length > 0) throw new Error(problems.join(" "));
  return answer;
}

/** Undefined: nothing was given. */
function valueIn(schema: Schema, draft: Draft, name: string): unknown {
  if (typeof draft === "boolean") return draft;
  if (typeof draft === "string") return draft === "" ? undefined : read(schema, draft, name);
  if (isList(draft)) {
    const { items = {} } = schema;
    const values = draft.map((each, index) => valueIn(items, each, `${name}[${index}]`) ?? null);
    return values.length > 0 || schema.minItems === 0 ? values : undefined;
  }
  const given = fieldsOf(schema).flatMap(([member, field]) => {
    const value = valueIn(field, draft[member] ?? "", name === "" ? member : `${name}.${member}`);
    const isNeeded = schema.required?.includes(member) ?? false;
    if (value === undefined && isNeeded && kindOf(field) === "list") return [[member, []] as const];
    if (value === undefined && isNeeded && kindOf(field) === "object") return [[member, {}] as const];
    return value === undefined ? [] : [[member, value] as const];
  });
  // Flags that nobody touched do not make an object that somebody gave.
  return given.some(([, value]) => value !== false) || name === "" ? Object.fromEntries(given) : undefined;
}

function isList(draft: readonly Draft[] | Drafts): draft is readonly Draft[] {
  return Array.isArray(draft);
}

function read(schema: Schema, given: string, name: string): unknown {
  switch (kindOf(schema)) {
    case "number": {
      const number = Number(given);
      if (Number.isNaN(number)) throw new Error(`${schema.title ?? name} is a number, not '${given}'.`);
      return number;
    }
    case "choice":
      return (schema.enum ?? []).filter((each) => choiceText(each) === given).at(0);
    case "json":
      return parsed(given, schema.title ?? name);
    default:
      return given;
  }
}

/** How a choice stands in its field. */
export function choiceText(choice: unknown): string {
  return typeof choice === "string" ? choice : JSON.stringify(choice);
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON.`);
  }
}

/** Recorded in the output: an object has room for who and why, and so an approval without more is one. */
export function signedAnswer(answer: JsonText, { by, comment }: Signed): JsonText {
  return signed(answer, { ...(by !== "" && { by }), ...(comment !== "" && { comment }) }) ?? answer;
}

export function refusalCause({ by, comment }: Signed): string {
  return `refused${by === "" ? "" : ` by ${by}`}${comment === "" ? "" : `: ${comment}`}`;
}
