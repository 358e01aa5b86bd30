/**
 * The answer to an open task, from what stands in a form: a field for each property that the schema names, or
 * JSON as it is typed. Who answered and why goes into it where it is an object, as `baton inbox approve` has it.
 */
import type { Schema } from "./open-tasks.ts";

export interface Signed {
  readonly by: string;
  readonly comment: string;
}

/** What stands in the fields, by property. */
export type Filled = Readonly<Record<string, string | boolean>>;

export type Kind = "text" | "number" | "flag" | "choice" | "json";

/** With which field a property is asked for. */
export function kindOf({ type, enum: allowed }: Schema): Kind {
  if (allowed !== undefined) return "choice";
  const one = typeof type === "string" ? type : type?.find((each) => each !== "null");
  if (one === "boolean") return "flag";
  if (one === "number" || one === "integer") return "number";
  return one === "string" || one === undefined ? "text" : "json";
}

/** Properties that a form can ask for; none: the answer is typed as JSON. */
export function fieldsOf(schema: Schema | undefined): readonly (readonly [name: string, schema: Schema])[] {
  return Object.entries(schema?.properties ?? {});
}

export function filledFrom(schema: Schema | undefined): Filled {
  return Object.fromEntries(
    fieldsOf(schema).map(([name, field]) => {
      // Whoever approves has not to say so twice.
      if (kindOf(field) === "flag")
        return [name, field.default === true || (name === "approved" && field.default === undefined)];
      return [name, field.default === undefined ? "" : textOf(field, field.default)];
    }),
  );
}

function textOf(field: Schema, value: unknown): string {
  return kindOf(field) === "json" || typeof value !== "string" ? JSON.stringify(value) : value;
}

/** The values of the fields; what is left empty and not required is left out. Throws what is wrong, in words. */
export function readFields(schema: Schema | undefined, filled: Filled): Record<string, unknown> {
  const answer: Record<string, unknown> = {};
  for (const [name, field] of fieldsOf(schema)) {
    const given = filled[name] ?? "";
    if (given !== "") answer[name] = read(name, field, given);
    else if (schema?.required?.includes(name)) throw new Error(`${field.title ?? name} has to be given.`);
  }
  return answer;
}

function read(name: string, field: Schema, given: string | boolean): unknown {
  if (typeof given === "boolean") return given;
  switch (kindOf(field)) {
    case "number": {
      const number = Number(given);
      if (Number.isNaN(number)) throw new Error(`${field.title ?? name} is a number, not '${given}'.`);
      return number;
    }
    case "choice":
      return field.enum?.find((each) => String(each) === given) ?? given;
    case "json":
      return parsed(given, field.title ?? name);
    default:
      return given;
  }
}

export function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON.`);
  }
}

/** Recorded in the output: an object has room for who and why, and so an approval without more is one. */
export function signedAnswer(answer: unknown, { by, comment }: Signed): string {
  const signature = { ...(by !== "" && { by }), ...(comment !== "" && { comment }) };
  if (typeof answer === "object" && answer !== null && !Array.isArray(answer))
    return JSON.stringify({ ...answer, ...signature });
  return JSON.stringify(answer);
}

export function refusalCause({ by, comment }: Signed): string {
  return `refused${by === "" ? "" : ` by ${by}`}${comment === "" ? "" : `: ${comment}`}`;
}
