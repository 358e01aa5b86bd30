/**
 * Where in a definition the parser is, and what it has found so far. Every reader gets a value and its
 * place; it gives back what the value means, or reports here why it means nothing. Nothing throws, so
 * one pass finds every problem.
 */
import type { QueryLanguage, State } from "../definition.ts";
import type { References } from "../evaluate/references.ts";
import type { JsonObject, Value } from "../json.ts";
import type { StateName } from "../position.ts";
import { type Problem, type ProblemCode, problemLimit, shown } from "../problem.ts";
import { nearest } from "../validate/nearest.ts";

export type MachineType = "STANDARD" | "EXPRESS";

/** What belongs to the whole machine while it is read. */
export interface Machine {
  readonly language: QueryLanguage;
  readonly type: MachineType;
  readonly problems: Problem[];
  readonly states: Map<StateName, State>;
  /** Where each state name was seen first, whether or not its state could be read. */
  readonly names: Map<StateName, string>;
  readonly labels: Map<string, string>;
  /** What each state may look at. */
  readonly references: Map<StateName, References[]>;
  /** The machine itself, every branch and every processor; one that is found is read after those before it. */
  readonly containers: Container[];
  readonly assigned: Assigned[];
}

/** An object with StartAt and States. */
export interface Container {
  readonly path: string;
  readonly object: JsonObject;
  /** The container of the state this belongs to; absent for the machine itself. */
  readonly parent: Container | undefined;
  /** The processor of a distributed Map: its variables have nothing to do with those outside. */
  readonly distributed: boolean;
}

/** A variable given a value somewhere in a container. */
export interface Assigned {
  readonly name: string;
  readonly container: Container;
  readonly path: string;
}

/** Which parts of `$states` an expression may read besides `input` and `context`. */
export interface Sees {
  readonly result: boolean;
  readonly errorOutput: boolean;
}

export const seesNeither: Sees = { result: false, errorOutput: false };

export interface Place {
  readonly machine: Machine;
  /** Whose variables these are. */
  readonly container: Container;
  /** "" is the definition itself; `/States/Pack/Choices[0]`. */
  readonly path: string;
  /** The same, seen from the state: `Choices[0]/Output`, as run-time causes name it. */
  readonly field: string;
  readonly language: QueryLanguage;
  /** A state that declared a language it may not have: which fields suit which language is not judged. */
  readonly languageRefused: boolean;
  readonly sees: Sees;
  /** What the state this stands in looks at. */
  readonly references: References[];
}

export function inField(place: Place, name: string): Place {
  return { ...place, path: `${place.path}/${name}`, field: place.field === "" ? name : `${place.field}/${name}` };
}

export function inIndex(place: Place, index: number): Place {
  return { ...place, path: `${place.path}[${index}]`, field: `${place.field}[${index}]` };
}

export interface Details {
  readonly code?: ProblemCode;
  readonly value?: Value;
  readonly allowed?: readonly string[] | undefined;
  readonly hint?: string | undefined;
}

/** Writes the problem down. Its result stands for "no meaning", so a reader can return it. */
export function report(place: Place, message: string, details: Details = {}): undefined {
  reportAt(place.machine, place.path === "" ? "/" : place.path, message, details);
}

export function reportAt(machine: Machine, path: string | undefined, message: string, details: Details = {}): void {
  if (machine.problems.length >= problemLimit) return;
  const { code = "SCHEMA_VALIDATION_FAILED", value, allowed, hint } = details;
  machine.problems.push({
    code,
    severity: "ERROR",
    message,
    ...(path === undefined ? {} : { path }),
    ...(value === undefined ? {} : { value: shown(value) }),
    ...(allowed === undefined ? {} : { allowed }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Comparing names costs their product: the first mistakes are worth it, the hundredth is read by nobody. */
const suggestionLimit = 20;

/** The known name that was most likely meant. */
export function meant(machine: Machine, written: string, known: readonly string[]): string | undefined {
  return machine.problems.length < suggestionLimit ? nearest(written, known) : undefined;
}
