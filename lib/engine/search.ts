/**
 * Executions found by what went in or came out. There is no index of payloads (it would cost a write for each
 * field): the newest are read one after another, so many at most, and the answer says how far it got.
 */
import { ExactNumber, isArray, isObject, parseJson, type Value } from "../asl/json.ts";
import { decodeSegment } from "./codec.ts";
import type { Engine } from "./engine.ts";
import { headOf } from "./head.ts";
import type { ExecutionSummary } from "./ports.ts";

/** `field=value` asks for a field, `order.id=7` for one beneath another; anything else for a text anywhere. */
export type Sought =
  | { readonly kind: "field"; readonly path: readonly string[]; readonly value: string }
  | { readonly kind: "text"; readonly text: string };

export function readSought(question: string): Sought {
  const [, path, value] = /^\s*([\p{L}\p{N}_$.-]{1,200})\s*[=:]\s*(\S.*?)\s*$/u.exec(question) ?? [];
  if (path === undefined || value === undefined) return { kind: "text", text: question.trim().toLowerCase() };
  const names = path.split(".").filter((name) => name !== "" && name !== "$");
  return { kind: "field", path: names, value: unquoted(value) };
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}

/** Read at once, of a store that is far away. */
const atOnce = 16;

/** Those of the given executions that match, in their order. */
export async function matching(
  engine: Engine,
  summaries: readonly ExecutionSummary[],
  sought: Sought,
): Promise<readonly ExecutionSummary[]> {
  const found: ExecutionSummary[] = [];
  for (let from = 0; from < summaries.length; from += atOnce) {
    const part = summaries.slice(from, from + atOnce);
    const matches = await Promise.all(part.map((summary) => isMatch(engine, summary, sought)));
    found.push(...part.filter((_, index) => matches[index]));
  }
  return found;
}

async function isMatch(engine: Engine, summary: ExecutionSummary, sought: Sought): Promise<boolean> {
  if (sought.kind === "text") {
    const known = [summary.name, summary.error ?? "", summary.cause ?? ""];
    if (known.some((text) => text.toLowerCase().includes(sought.text))) return true;
  }
  return (await payloadsOf(engine, summary)).some((payload) => holds(payload, sought));
}

/** What it began with and what it came to, as texts. */
async function payloadsOf(engine: Engine, { id, status }: ExecutionSummary): Promise<readonly string[]> {
  const [first, head] = await Promise.all([
    engine.world.log.branch(id, "", 0, 1),
    status === "SUCCEEDED" ? headOf(engine, id, "") : undefined,
  ]);
  const payloads: string[] = [];
  for (const record of first) {
    const { events, position } = decodeSegment(record);
    const input = events[0]?.details?.["input"];
    payloads.push(typeof input === "string" ? input : position.input);
  }
  const doing = head?.position.doing;
  if (doing?.kind === "ended" && doing.outcome.status === "SUCCEEDED") payloads.push(doing.outcome.output);
  return payloads;
}

function holds(payload: string, sought: Sought): boolean {
  if (sought.kind === "field")
    return payload.includes(sought.path.at(-1) ?? "") && hasField(parseJson(payload), sought);
  if (payload.toLowerCase().includes(sought.text)) return true;
  // The same letters may be written as escapes.
  return payload.includes("\\") && JSON.stringify(JSON.parse(payload)).toLowerCase().includes(sought.text);
}

/** Whether somewhere in the value a field of that path has that text: a number, a flag or null by how it is written. */
function hasField(value: Value, sought: Extract<Sought, { kind: "field" }>): boolean {
  const open: Value[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isArray(next)) open.push(...next);
    else if (isObject(next)) {
      if (textAt(next, sought.path) === sought.value) return true;
      open.push(...Object.values(next));
    }
  }
  return false;
}

function textAt(value: Value, path: readonly string[]): string | undefined {
  let at: Value | undefined = value;
  for (const name of path) at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  if (at instanceof ExactNumber) return at.text;
  return at === undefined || isArray(at) || isObject(at) ? undefined : String(at);
}
