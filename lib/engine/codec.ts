/**
 * Segments and commands as text. A payload stands once in a segment, however many events repeat it:
 * texts are collected in a table and replaced by their number. Adapters never look inside.
 */
import type { EventDetails, HistoryEvent } from "../asl/event.ts";
import type { Position } from "../asl/position.ts";
import type { Command } from "./command.ts";
import { checkFormat, formatVersion } from "./format.ts";
import type { SegmentKey, SegmentRecord } from "./ports.ts";
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

export function decodeSegment(record: SegmentRecord): Segment {
  const read = JSON.parse(record.body);
  checkFormat(`segment ${record.execution}${record.branch}#${record.seq}`, read.v);
  const key: SegmentKey = { execution: record.execution, branch: record.branch, seq: record.seq };
  return {
    ...key,
    now: read.t,
    nonce: read.n,
    by: read.b,
    ...(read.l === undefined ? {} : { lease: read.l }),
    ...(read.h === undefined ? {} : { header: read.h }),
    ...(read.f === undefined ? {} : { frontier: read.f }),
    events: read.e.map((event: HistoryEvent) => restoreEvent(event, read.x)),
    position: restorePosition(read.p, read.x),
  };
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
  const { details } = event;
  if (details === undefined) return event;
  let shared: Record<string, unknown> | undefined;
  for (const field of payloadFields) {
    const text = details[field];
    if (typeof text !== "string") continue;
    shared ??= { ...details };
    shared[field] = table.put(text);
  }
  return shared === undefined ? event : { ...event, details: shared };
}

function restoreEvent(event: HistoryEvent, texts: readonly string[]): HistoryEvent {
  const details = event.details as Record<string, unknown> | undefined;
  if (details === undefined) return event;
  for (const field of payloadFields) {
    const shared = details[field];
    if (Array.isArray(shared)) details[field] = take(shared as unknown as Shared, texts);
  }
  return { ...event, details: details as EventDetails };
}

function sharePosition(position: Position, table: PayloadTable): unknown {
  return mapPayloads(position, (text) => table.put(text as string));
}

function restorePosition(position: unknown, texts: readonly string[]): Position {
  return mapPayloads(position as Position, (shared) => take(shared as Shared, texts)) as Position;
}

/** Applies `change` to each payload text of a position. One walk serves both directions. */
function mapPayloads(position: Position, change: (payload: unknown) => unknown): unknown {
  const { input, variables, item, doing } = position;
  const changed: Record<string, unknown> = { ...position, input: change(input), doing: mapDoing(doing, change) };
  if (variables !== undefined) changed["variables"] = change(variables);
  if (item !== undefined) changed["item"] = { ...item, value: change(item.value) };
  return changed;
}

function mapDoing(doing: Position["doing"], change: (payload: unknown) => unknown): unknown {
  switch (doing.kind) {
    case "working":
      return { ...doing, call: { ...doing.call, arguments: change(doing.call.arguments) } };
    case "forked":
      return { ...doing, shared: change(doing.shared) };
    case "ended":
      return doing.outcome.status === "SUCCEEDED"
        ? { ...doing, outcome: { ...doing.outcome, output: change(doing.outcome.output) } }
        : doing;
    default:
      return doing;
  }
}
