/**
 * The recorded sequences of API calls, read from the corpus (`test/conformance/corpus.ts` says where that
 * is) and made ready to be sent: tokens in names become names, definitions and inputs become texts.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { operations } from "../../lib/api/operations.ts";
import { defaultFolder, type Json } from "../conformance/corpus.ts";

export interface Step {
  readonly operation: string;
  /** The name that the recording gave to the step. */
  readonly match?: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly response?: Readonly<Record<string, Json>>;
  readonly error?: { readonly code: string; readonly message: string };
  readonly returned?: Readonly<Record<string, string>>;
}

export interface Recording {
  readonly id: string;
  readonly steps: readonly Step[];
  readonly placeholders?: readonly string[] | null;
  readonly other_recorded?: { readonly error?: string };
}

const folder = join(defaultFolder, "api");

/** None where the corpus is not at hand. */
export function readRecordings(): readonly Recording[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) => JSON.parse(named(readFileSync(join(folder, file), "utf8"))) as Recording[]) // the corpus's own form
    .map(repaired);
}

/** As few as there can be, nearly, with every operation that any of them uses. */
export function oneOfEach(recordings: readonly Recording[]): readonly Recording[] {
  const followed = recordings.filter((recording) => whyNot(recording) === undefined);
  const left = new Set(followed.flatMap(({ steps }) => steps.map(({ operation }) => operation)));
  const chosen: Recording[] = [];
  while (left.size > 0) {
    const news = ({ steps }: Recording): number =>
      new Set(steps.map((s) => s.operation).filter((o) => left.has(o))).size;
    const best = followed.reduce((a, b) => (news(b) > news(a) ? b : a));
    for (const { operation } of best.steps) left.delete(operation);
    chosen.push(best);
  }
  return chosen;
}

/** In one recording the ARNs that were sent lost what follows the machine's name; the steps' names still say it. */
const lostQualifiers = new Map([
  ["start_execution_response_through_alias", ":state_machine_alias_name"],
  ["start_execution_response_through_version_arn", ":1"],
]);

function repaired(recording: Recording): Recording {
  if (!recording.steps.some(({ match = "" }) => lostQualifiers.has(match))) return recording;
  const text = JSON.stringify(recording);
  return JSON.parse(text.replace(/("stateMachineVersionArn":"[^"]*:machine-0)"(?=,"weight")/, '$1:1"'));
}

/** Machine names and roles of the recordings, which were replaced by tokens, as a service takes them. */
function named(text: string): string {
  return text
    .replace(/<ArnPart_(\d+)idx>/g, "machine-$1")
    .replace(/(?<=")(snf|sfn)_role_arn(\w*)(?=")/g, "arn:aws:iam::111111111111:role/role$2")
    .replaceAll("<invalid_token_1025_chars>", "x".repeat(1025));
}

/** Why a recording cannot be followed; undefined: it can. */
export function whyNot({ steps }: Recording): string | undefined {
  for (const { operation, error } of steps) {
    if (!(operation in operations)) return `${operation} is not among the operations yet`;
    if (error?.message.includes("Log Destination not found")) return "there is no log service to look into";
  }
  return undefined;
}

/** Refused by the client library of the recording before anything was sent. */
export function neverSent({ error, response, returned }: Step, { other_recorded }: Recording): boolean {
  if (error?.code === "ParamValidationError") return true;
  return !error && !response && !returned && (other_recorded?.error ?? "").startsWith("Parameter validation failed");
}

/**
 * The parameters as they go out: what the recording holds parsed is sent as text. A definition that was
 * refused because one like it was there stood in another layout.
 */
export function sentParams({ params, error, match = "" }: Step): Readonly<Record<string, Json>> {
  const { stateMachineArn } = params;
  const qualifier = lostQualifiers.get(match);
  if (qualifier && typeof stateMachineArn === "string")
    return { ...params, stateMachineArn: stateMachineArn + qualifier, input: "{}" };
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (name === "revisionId") return [name, refusedRevision(error?.message) ?? value];
      const isText = typeof value === "string" && (name !== "input" || error?.code === "InvalidExecutionInput");
      if (isText || (name !== "definition" && name !== "input")) return [name, value];
      return [name, JSON.stringify(value, null, error?.code === "StateMachineAlreadyExists" ? 2 : 0)];
    }),
  );
}

/** A revision stands by its id where it was sent, and by its token in all answers. */
function refusedRevision(message = ""): string | undefined {
  return /for revision (<uuid:\d+>)/.exec(message)?.[1];
}
