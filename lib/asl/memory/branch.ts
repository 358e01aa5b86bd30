/** A branch of an execution in memory, or a child of a simulated Map Run; and the fork it may be waiting for. */
import type { Definition } from "../definition.ts";
import type { SegmentEvents } from "../history.ts";
import type { JsonText } from "../json.ts";
import type { Forked, Instant, MapItem, Position, Scope } from "../position.ts";
import { firstWave } from "../states/fork.ts";
import type { ExecutionContext } from "../transition.ts";

/** The execution that a branch belongs to: the one that runs, or a child of a simulated Map Run. */
export interface Home {
  readonly definition: Definition;
  readonly execution: ExecutionContext;
  readonly log: SegmentEvents[];
}

export interface Branch {
  readonly path: string;
  readonly home: Home;
  position: Position;
  /** Sequence number that the next transition gets. */
  seq: number;
  readonly parent: Fork | undefined;
  /** Which of its fork's branches or children this is. */
  readonly index: number;
  /** The fork that runs, or is being closed. */
  open: Fork | undefined;
  /** When it ended, if it has. */
  endedAt: Instant;
}

export interface Fork {
  readonly of: Forked;
  readonly parent: Branch;
  /** How many branches; of a Map Run: how many children, once its items are read and batched. */
  readonly width: number;
  /** Of a Map Run: the input of each child. */
  readonly inputs: readonly JsonText[] | undefined;
  readonly branches: Branch[];
  readonly outputs: (JsonText | undefined)[];
  started: number;
  finished: number;
  /** Its branches are being fenced: what they come to no longer counts. */
  closed: boolean;
  /** Events that its branches, and theirs, wrote. */
  events: number;
}

export function newFork(parent: Branch, of: Forked, inputs?: readonly JsonText[]): Fork {
  const width = inputs?.length ?? of.width;
  const outputs = new Array<JsonText | undefined>(width);
  return {
    of,
    parent,
    width,
    inputs,
    branches: [],
    outputs,
    started: 0,
    finished: 0,
    closed: false,
    events: 0,
  };
}

/**
 * Where branch `index` of a fork begins. `after` is the branch whose end lets it begin: it counts on from
 * there, as all branches of a Map with MaxConcurrency 1 do.
 */
export function beginning(fork: Fork, index: number, startAt: string, after: Branch | undefined): Position {
  const { of, parent } = fork;
  const { position } = parent;
  const item = itemOf(of, index);
  const events = after === undefined ? position.events + firstWave(of) : after.position.events;
  const scope: Scope = {
    kind: of.of,
    state: position.state,
    index,
    firstWave: after === undefined,
    width: of.width,
    concurrency: of.concurrency,
    eventsBefore: events,
  };
  return {
    state: startAt,
    input: of.shared,
    ...(position.variables === undefined ? {} : { variables: position.variables }),
    ...(item === undefined ? {} : { item }),
    ...(of.of === "Map" && position.entered !== undefined ? { entered: position.entered } : {}),
    scope,
    events,
    previous: previousOf(fork, index, after),
    doing: { kind: "beginning" },
  };
}

function previousOf(fork: Fork, index: number, after: Branch | undefined): Position["previous"] {
  const { events } = fork.parent.position;
  if (after === undefined) return fork.of.of === "Map" ? events + 1 + index : events;
  const { previous } = after.position;
  return typeof previous === "number" ? { branch: after.path, event: previous } : previous;
}

function itemOf(of: Forked, index: number): MapItem | undefined {
  const value = of.items?.[index];
  const key = of.keys?.[index];
  if (value === undefined) return undefined;
  return { index, value, ...(key === undefined ? {} : { key }) };
}
