/**
 * Segments and commands as text. A payload stands once in a segment, however many events repeat it:
 * texts are collected in a table and replaced by their number. Adapters never look inside.
 */
import type { EventDetails, HistoryEvent } from "../asl/event.ts";
import type { Position } from "../asl/position.ts";
import type { Command } from "./command.ts";
import { checkFormat, formatVersion } from "./format.ts";
import type { SegmentRecord } from "./ports.ts";
import type { Segment } from "./segment.ts";

/** Shorter texts cost less than their number would save. */
const sharedFrom = 24;

/** A payload field: the text itself, or [its place in the table]. */
type Shared = string | readonly [number];

class PayloadTable {
  readonly texts: string[] = [];

  put(text: string): Shared {
    if (text.length < sharedFrom) return text;
    // A segment has few texts, and nearly all of them are the same one.
    const place = this.texts.indexOf(text);
    return [place < 0 ? this.texts.push(text) - 1 : place];
  }
}

function take(shared: Shared, texts: readonly string[]): string {
  if (typeof shared === "string") return shared;
  const text = texts[shared[0]];
  if (text === undefined) throw new Error(`segment refers to payload ${shared[0]}, but holds ${texts.length}`);
  return text;
}

const payloadFields = ["input", "output", "parameters", "cause"] as const;

function isPayload(field: string): boolean {
  return (payloadFields as readonly string[]).includes(field);
}

export function encodeSegment(segment: Segment): string {
  const table = new PayloadTable();
  const events = segment.events.map((event) => shareEvent(event, table));
  const position = sharePosition(segment.position, table);
  return JSON.stringify({
    v: formatVersion,
    t: segment.now,
    n: segment.nonce,
    b: segment.by,
    l: segment.lease,
    h: segment.header,
    f: segment.frontier,
    e: events,
    p: position,
    x: table.texts,
  });
}

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** Thousands are read for one history: what was parsed is not copied again, member by member. */
export function decodeSegment({ execution, branch, seq, body }: SegmentRecord): Segment {
  const read = JSON.parse(body);
  checkFormat(`segment ${execution}${branch}#${seq}`, read.v);
  for (const event of read.e) restoreEvent(event, read.x);
  restorePosition(read.p, read.x);
  const segment: Writable<Segment> = {
    execution,
    branch,
    seq,
    now: read.t,
    nonce: read.n,
    by: read.b,
    events: read.e,
    position: read.p,
  };
  if (read.l !== undefined) segment.lease = read.l;
  if (read.h !== undefined) segment.header = read.h;
  if (read.f !== undefined) segment.frontier = read.f;
  return segment;
}

export function encodeCommand(command: Command): string {
  return JSON.stringify({ v: formatVersion, ...command });
}

/** Commands are written by Baton alone, on a queue that nobody else may write to. */
export function decodeCommand(body: string): Command {
  const command = JSON.parse(body);
  checkFormat("a message", command.v ?? 1);
  return command;
}

function shareEvent(event: HistoryEvent, table: PayloadTable): unknown {
  const { type, previous, details, at } = event;
  return details === undefined ? event : { type, previous, details: shareDetails(details, table), at };
}

/** Member by member, as in `sharePosition`: to spread what has so many shapes costs more than it saves to write. */
function shareDetails(details: EventDetails, table: PayloadTable): unknown {
  const shared: Record<string, unknown> = {};
  for (const field in details) {
    const value = details[field];
    shared[field] = typeof value === "string" && isPayload(field) ? table.put(value) : value;
  }
  return shared;
}

/** JSON text that was just parsed: nobody else has it yet, so it may be changed in place. */
type Parsed = Record<string, unknown>;

function restoreEvent({ details }: Parsed, texts: readonly string[]): void {
  if (details === undefined) return;
  for (const field of payloadFields) restoreIn(details, field, texts);
}

/** The places that `sharePosition` knows. */
function restorePosition(position: Parsed, texts: readonly string[]): void {
  const doing = position["doing"] as Parsed;
  restoreIn(position, "input", texts);
  restoreIn(position, "variables", texts);
  restoreIn(position["item"], "value", texts);
  restoreIn(doing["call"], "arguments", texts);
  restoreIn(doing, "shared", texts);
  restoreIn(doing["outcome"], "output", texts);
}

function restoreIn(holder: unknown, member: string, texts: readonly string[]): void {
  const parsed = holder as Parsed | undefined;
  const shared = parsed?.[member];
  if (parsed && Array.isArray(shared)) parsed[member] = take(shared as unknown as Shared, texts);
}

function sharePosition(position: Position, table: PayloadTable): unknown {
  const { scope, item, variables, state, input, events, previous, doing, entered } = position;
  const shared: { readonly [Member in keyof Required<Position>]: unknown } = {
    scope,
    item: item && { ...item, value: table.put(item.value) },
    variables: variables === undefined ? undefined : table.put(variables),
    state,
    input: table.put(input),
    events,
    previous,
    doing: shareDoing(doing, table),
    entered,
  };
  return shared;
}

function shareDoing(doing: Position["doing"], table: PayloadTable): unknown {
  switch (doing.kind) {
    case "working":
      return { ...doing, call: { ...doing.call, arguments: table.put(doing.call.arguments) } };
    case "forked":
      return { ...doing, shared: table.put(doing.shared) };
    case "ended":
      return doing.outcome.status === "SUCCEEDED"
        ? { ...doing, outcome: { ...doing.outcome, output: table.put(doing.outcome.output) } }
        : doing;
    default:
      return doing;
  }
}
