/**
 * The engine: a world of ports, its settings, and three caches (definitions, headers, newest segments)
 * that only ever save reads. Every other file of this folder is a function over it.
 */
import type { Definition } from "../asl/definition.ts";
import type { JsonText } from "../asl/json.ts";
import { parseDefinitionText } from "../asl/parse.ts";
import { childDefinition } from "../asl/states/distributed.ts";
import { type Bell, createBell } from "./bell.ts";
import { BoundedMap, remember } from "./bounded-map.ts";
import { decodeSegment } from "./codec.ts";
import type { ForkView } from "./fork.ts";
import type { Chunk } from "./map-run/chunks.ts";
import type { RunState } from "./map-run/run.ts";
import type { BranchPath, ExecutionId, MapRunId, World } from "./ports.ts";
import type { Header, Segment } from "./segment.ts";
import { HistoryCache } from "./settled.ts";

export interface EngineOptions {
  /** Most bytes of a payload; AWS's own quota is 262,144. */
  readonly payloadLimitBytes: number;
  /** A branch with more transitions than this is a machine that loops for ever. */
  readonly transitionLimit: number;
  readonly retentionDays: number;
  /** How long after its end an execution can be redriven; the service's own limit is 14. */
  readonly redrivableDays: number;
  /** Longest life of a function that runs API operations: a guard comes later than that. */
  readonly guardDelayMilliseconds: number;
  /** How long a worker that claimed a task may be at work on its call. */
  readonly leaseMilliseconds: number;
  /** How long a worker who asks for an activity's task is kept waiting for one. */
  readonly activityPollMilliseconds: number;
  /** AWS's quotas for payloads, events and time hold for every execution; else for those that ask for it. */
  readonly strictQuotas: boolean;
  /** What `<arn>#TestCase` may name; absent: nothing. */
  readonly testCases?: TestCases;
  /** Reads a stored definition; for many engines over the same few definitions, one that remembers. */
  readonly parse: typeof parseDefinitionText;
}

/** Test cases of a mock configuration, by machine. */
export interface TestCases {
  /** Why there is no such test case; undefined: there is. */
  problem(machine: string, testCase: string): string | undefined;
}

const defaults: EngineOptions = {
  payloadLimitBytes: 16 * 1024 * 1024,
  transitionLimit: 10_000_000,
  retentionDays: 90,
  redrivableDays: 14,
  guardDelayMilliseconds: 60_000,
  leaseMilliseconds: 15.5 * 60_000,
  activityPollMilliseconds: 60_000,
  strictQuotas: false,
  parse: parseDefinitionText,
};

export interface Engine {
  readonly world: World;
  readonly options: EngineOptions;
  /** By the name that a header has for it. */
  definition(name: string): Promise<Definition>;
  /** As the execution was started: what was written since a redrive has its own (`headerAt`). */
  header(id: ExecutionId): Promise<Header>;
  executionInput(id: ExecutionId): Promise<JsonText>;
  /** The newest segment that this process has seen of a branch; for stores without a queue that carries payloads. */
  readonly newest: BoundedMap<string, Segment>;
  /** Forks and staged chunks of forks, kept while their branches begin. */
  readonly forks: BoundedMap<string, Promise<ForkView>>;
  /** Of Map Runs that this process works for: how they stood when it looked last. */
  readonly mapRuns: BoundedMap<MapRunId, RunState>;
  /** The chunk of a Map Run's items from which on there may be children to start. */
  readonly frontiers: BoundedMap<string, number>;
  /** Chunks of the inputs of children, kept while these are started. */
  readonly chunks: BoundedMap<string, Promise<Chunk>>;
  /** Of chunks that are staged and have no child left: the places of those who took one. They stay what they are. */
  readonly fullChunks: BoundedMap<string, ReadonlyMap<number, number>>;
  /** Of executions that have settled. */
  readonly histories: HistoryCache;
  /** How often the step threw, by branch and seq. */
  readonly throws: BoundedMap<string, number>;
  /** Rings for each claim that is offered to an activity's workers, by the activity's ARN. */
  readonly bell: Bell;
}

export function createEngine(world: World, options: Partial<EngineOptions> = {}): Engine {
  const settings = { ...defaults, ...options };
  const definitions = new BoundedMap<string, Promise<Definition>>(1_000);
  const firsts = new BoundedMap<string, Promise<Segment>>(10_000);
  const definition = (name: string): Promise<Definition> =>
    remember(definitions, name, async () => {
      const [hash = "", map] = splitName(name);
      if (map === undefined) return loadDefinition(world, hash, settings.parse);
      return childDefinition(await definition(hash), map);
    });
  const first = (id: ExecutionId): Promise<Segment> => remember(firsts, id, () => loadFirst(world, id));
  return {
    world,
    options: settings,
    newest: new BoundedMap(20_000),
    forks: new BoundedMap(64),
    mapRuns: new BoundedMap(256),
    frontiers: new BoundedMap(1_000),
    chunks: new BoundedMap(16),
    fullChunks: new BoundedMap(128),
    histories: new HistoryCache(),
    throws: new BoundedMap(1_000),
    bell: createBell(world.clock),
    definition,
    header: async (id) => headerOf(await first(id)),
    executionInput: async (id) => inputOf(await first(id)),
  };
}

async function loadFirst(world: World, id: ExecutionId): Promise<Segment> {
  const [record] = await world.log.branch(id, "", 0, 1);
  if (!record) throw new Error(`execution ${id} has no first segment`);
  return decodeSegment(record);
}

async function loadDefinition(world: World, hash: string, parse: EngineOptions["parse"]): Promise<Definition> {
  const text = await world.blobs.get(definitionName(hash));
  if (text === undefined) throw new Error(`no definition ${hash} is stored`);
  const parsed = parse(text);
  if (parsed.kind === "definition") return parsed.definition;
  throw new Error(`stored definition ${hash} is invalid: ${parsed.problems[0]?.message}`);
}

/** Hash, and the Map whose children it is for. */
function splitName(name: string): readonly [hash: string, map?: string] {
  const at = name.indexOf("#");
  return at < 0 ? [name] : [name.slice(0, at), name.slice(at + 1)];
}

export function definitionName(hash: string): string {
  return `definitions/${hash}`;
}

function headerOf(segment: Segment): Header {
  if (!segment.header) throw new Error(`segment 0 of ${segment.execution} has no header`);
  return segment.header;
}

/** The input stands in ExecutionStarted, or is what the first state gets. */
function inputOf(segment: Segment): JsonText {
  const input = segment.events[0]?.details?.["input"];
  return typeof input === "string" ? input : segment.position.input;
}

export function branchKey(execution: ExecutionId, branch: BranchPath): string {
  return execution + branch;
}
