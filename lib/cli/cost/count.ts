/**
 * What an execution asks of the installation, counted: from its history, or along a way through a definition
 * that has not run yet. What each costs follows from the requests in docs/costs.md; the prices are `prices.ts`.
 */
import type { Edge, Graph, Level, NodeId, StateNode } from "../../asl/graph/graph.ts";
import type { PricedExecution } from "./bill.ts";

export interface Counts {
  /** Visits of states, those inside branches too. */
  readonly states: number;
  /** Attempts of tasks, and of these the second ones and later. */
  readonly attempts: number;
  readonly retries: number;
  /** Attempts that were submitted and then waited for: `.sync`, `.waitForTaskToken`, activities. */
  readonly awaited: number;
  readonly forks: number;
  readonly branches: number;
  /** Waits longer than a queue's delay. */
  readonly longWaits: number;
}

/** What is looked at of an event; its moment in seconds, as on the wire. */
export interface CountedEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  readonly stateEnteredEventDetails?: unknown;
}

export const nothing: Counts = {
  states: 0,
  attempts: 0,
  retries: 0,
  awaited: 0,
  forks: 0,
  branches: 0,
  longWaits: 0,
};

const longestDelaySeconds = 900;

export function countsOf(events: readonly CountedEvent[]): Counts {
  const byId = new Map<number, CountedEvent>(events.map((event) => [event.id, event]));
  const count = (type: RegExp): number => events.filter((event) => type.test(event.type)).length;
  const attempts = count(/^(Task|LambdaFunction|Activity)Scheduled$/);
  const parallel = new Set(events.filter(({ type }) => type === "ParallelStateStarted").map(({ id }) => id));
  const begun = events.filter((event) => event.stateEnteredEventDetails && parallel.has(event.previousEventId));
  const waits = events.filter(({ type }) => type === "WaitStateExited");
  return {
    states: count(/StateEntered$/),
    attempts,
    retries: Math.max(0, attempts - count(/^TaskStateEntered$/)),
    awaited: count(/^(TaskSubmitted|ActivityStarted)$/),
    forks: count(/^(Map|Parallel)StateStarted$/),
    branches: count(/^MapIterationStarted$/) + begun.length,
    longWaits: waits.filter(
      ({ previousEventId, timestamp }) =>
        timestamp - (byId.get(previousEventId)?.timestamp ?? timestamp) > longestDelaySeconds,
    ).length,
  };
}

export type StartedBy = "api" | "map run";

const starts = {
  /** The first message and the guard of the start; the guard's read, and that of the machine's row. */
  api: { apiStarts: 1, apiMessages: 2, startAndEndUnits: 9, startReads: 2 },
  /** No request and no guard; the child's turn and its report are two writes. */
  "map run": { apiStarts: 0, apiMessages: 0, startAndEndUnits: 11, startReads: 1 },
} satisfies Record<StartedBy, object>;

/** Up to a KB of what is compressed. */
const segmentBytes = 1_000;
const messageBytes = 800;

/** In the units of docs/costs.md, with payloads that fit into a KB when compressed. */
export function pricedOf(counts: Counts, startedBy: StartedBy = "api"): PricedExecution {
  const { apiStarts, apiMessages, startAndEndUnits, startReads } = starts[startedBy];
  const { states, attempts, retries, awaited, forks, branches, longWaits } = counts;
  const segments = states + attempts + awaited + forks + retries;
  const writes = segments + 2 * branches + 2 * longWaits;
  const messages = states + 1 + retries + awaited + branches + longWaits;
  return {
    states: Math.max(1, states),
    tasks: attempts,
    writeUnits: writes + startAndEndUnits,
    readUnits: startReads + 2 * awaited + 2 * longWaits,
    messages,
    apiStarts,
    apiMessages: apiMessages + awaited,
    messageBytes: messages * messageBytes,
    objectWrites: 0,
    objectReads: 0,
    storedBytes: writes * segmentBytes,
  };
}

export interface Ways {
  readonly shortest: Counts;
  /** No state twice: how often a loop turns is not written anywhere. */
  readonly longest: Counts;
}

/** From the start to an end, errors apart; a Map runs for `items` items. */
export function waysThrough({ root }: Graph, items: number): Ways {
  return {
    shortest: alongLevel(root, items, (a, b) => (a.states <= b.states ? a : b)),
    longest: alongLevel(root, items, (a, b) => (a.states >= b.states ? a : b)),
  };
}

type Choose = (a: Counts, b: Counts) => Counts;

function alongLevel(level: Level, items: number, choose: Choose): Counts {
  const states = new Map(level.nodes.flatMap((node) => (node.kind === "state" ? [[node.id, node] as const] : [])));
  const onward = new Map<NodeId, Edge[]>();
  for (const edge of level.edges) {
    if (edge.kind !== "catch") onward.set(edge.from, [...(onward.get(edge.from) ?? []), edge]);
  }
  const known = new Map<NodeId, Counts>();
  return level.first === undefined ? nothing : from(level.first, new Set());

  function from(id: NodeId, behind: ReadonlySet<NodeId>): Counts {
    const state = states.get(id);
    if (state === undefined) return nothing;
    const before = known.get(id);
    if (before !== undefined) return before;
    const way = new Set([...behind, id]);
    const open = (onward.get(id) ?? []).filter(({ to }: Edge) => states.has(to) && !way.has(to));
    const rest = open
      .map(({ to }) => from(to, way))
      .reduce<Counts | undefined>((a, b) => (a ? choose(a, b) : b), undefined);
    const counted = plus(visit(state, items, choose), rest ?? nothing);
    known.set(id, counted);
    return counted;
  }
}

function visit(state: StateNode, items: number, choose: Choose): Counts {
  const times = state.type === "Map" ? items : 1;
  const inside = state.levels.map((level) => timesOver(alongLevel(level, items, choose), times));
  const isTask = state.type === "Task";
  const own: Counts = {
    ...nothing,
    states: 1,
    attempts: isTask ? 1 : 0,
    awaited: isTask && /waits for its|^activity/.test(state.caption) ? 1 : 0,
    forks: state.levels.length > 0 ? 1 : 0,
    branches: state.levels.length * times,
  };
  return inside.reduce(plus, own);
}

const names = Object.keys(nothing) as readonly (keyof Counts)[];

function plus(a: Counts, b: Counts): Counts {
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as Record<keyof Counts, number>;
}

function timesOver(counts: Counts, times: number): Counts {
  return Object.fromEntries(names.map((name) => [name, counts[name] * times])) as Record<keyof Counts, number>;
}
