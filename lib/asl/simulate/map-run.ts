/** The Map Run of a Distributed Map in a simulation: its items are read, its children are executions. */
import type { Distributed } from "../definition.ts";
import { type ChildResult, shapeResults, writeResults } from "../distributed/results.ts";
import { type ObjectStore, readSource, type Source } from "../distributed/source.ts";
import { exceedsTolerance, toleranceExceeded } from "../distributed/tolerance.ts";
import { EvaluationFailure } from "../evaluate/failure.ts";
import { isArray, isObject, type JsonText, parseJson, property } from "../json.ts";
import type { Branch, Fork, Home } from "../memory/branch.ts";
import { type Inputs, type MapRuns, rootOf } from "../memory/run.ts";
import type { Failure, Forked, MapItem } from "../position.ts";
import { childDefinition, childInputs } from "../states/distributed.ts";
import type { Simulation } from "./world.ts";

export function mapRunsOf(simulation: () => Simulation): MapRuns {
  return {
    inputsOf: (parent, of) => inputsOf(simulation(), parent, of),
    childOf: (fork, path, index) => childOf(simulation(), fork, path, index),
    tolerates,
    written: (fork) => written(simulation(), fork),
  };
}

/** What the children start from, with ItemReader, ItemSelector and ItemBatcher applied. */
async function inputsOf(simulation: Simulation, parent: Branch, of: Forked): Promise<Inputs> {
  const items = await itemsOf(simulation, parent, of);
  if (items.kind === "failed") return items;
  const { home, position } = parent;
  const moment = simulation.momentOf(parent, of.claim);
  try {
    return { kind: "inputs", inputs: await childInputs(home.definition, position, items.items, moment) };
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    return { kind: "failed", failure: error.failure };
  }
}

async function itemsOf(simulation: Simulation, parent: Branch, of: Forked): Promise<Source> {
  const reader = of.run?.reader;
  if (reader === undefined) return { kind: "items", items: listed(of.items ?? [], of.keys) };
  const config = distributedOf(parent)?.itemReader?.config ?? {};
  return readSource(reader, config, storeOf(simulation));
}

function distributedOf({ home, position }: Branch): Distributed | undefined {
  const state = home.definition.states.get(position.state);
  return state?.type === "Map" ? state.distributed : undefined;
}

/** The files that the simulation was given, all of them made when it began. */
function storeOf({ objects, root }: Simulation): ObjectStore {
  const inBucket = (bucket: string) => (Object.hasOwn(objects, bucket) ? (objects[bucket] ?? {}) : {});
  return {
    get: async ({ bucket, key }) => (Object.hasOwn(inBucket(bucket), key) ? inBucket(bucket)[key] : undefined),
    list: async (bucket, prefix) =>
      Object.entries(inBucket(bucket))
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .map(([key, file]) => {
          const size = Buffer.byteLength(file);
          return { key, size, etag: `"${key}"`, lastModified: root.home.execution.startTime };
        }),
  };
}

function listed(values: readonly JsonText[], keys: readonly string[] | undefined): readonly MapItem[] {
  return values.map((value, index) => {
    const key = keys?.[index];
    return { index, value, source: "STATE_DATA", ...(key === undefined ? {} : { key }) };
  });
}

/** What the ResultWriter makes of the children's results; undefined: the state has none. */
function written(simulation: Simulation, fork: Fork): JsonText | undefined {
  const { parent } = fork;
  const { run } = fork.of;
  const config = distributedOf(parent)?.resultWriter?.config;
  if (run === undefined || config === undefined) return undefined;
  const results = fork.branches.map(resultOf);
  const { writer } = run;
  if (writer === undefined) return shapeResults(config, results);
  const { bucket, files, result } = writeResults({ ...run, writer }, config, results);
  for (const { key, body } of files) simulation.written.push({ bucket, key, body });
  return result;
}

function resultOf({ home, position, endedAt }: Branch): ChildResult {
  const { id, name, stateMachine, startTime: startedAt, input = "{}" } = home.execution;
  const stateMachineArn = `${stateMachine.id}/${id.split(":").at(-2)?.split("/").at(-1) ?? ""}`;
  const common = { executionArn: id, name, stateMachineArn, input, startedAt };
  const { doing } = position;
  if (doing.kind !== "ended") return { ...common, end: { status: "PENDING" } };
  return { ...common, end: { ...doing.outcome, stoppedAt: endedAt } };
}

/** An execution of its own: it sees neither the parent's variables nor its context. */
function childOf(simulation: Simulation, fork: Fork, path: string, index: number): Branch {
  const { definition, execution } = fork.parent.home;
  const { state } = fork.parent.position;
  const name = `${path.slice(1).replaceAll("/", "-")}`;
  const home: Home = {
    definition: childDefinition(definition, state),
    execution: {
      ...execution,
      name,
      id: `${execution.id.slice(0, execution.id.lastIndexOf(":"))}/${state}:${name}`,
      startTime: simulation.now,
      input: fork.inputs?.[index] ?? "{}",
    },
    log: [],
  };
  return rootOf(home, path, fork, index);
}

/** Whether the fork can live with its failures so far, and if not, what it fails with. */
function tolerates(fork: Fork, failure: Failure): Failure | "tolerated" {
  const { run } = fork.of;
  if (run === undefined) return failure;
  const counts = itemCounts(fork);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const failed = fork.branches
    .filter(({ position: { doing } }) => doing.kind === "ended" && "failure" in doing.outcome)
    .reduce((sum, { index }) => sum + (counts[index] ?? 1), 0);
  return exceedsTolerance(run, failed, total) ? toleranceExceeded : "tolerated";
}

const counted = new WeakMap<Fork, readonly number[]>();

/** How many items each child has: a batch that failed counts as all of its own. */
function itemCounts(fork: Fork): readonly number[] {
  const isBatched = distributedOf(fork.parent)?.itemBatcher !== undefined;
  const counts = counted.get(fork) ?? (fork.inputs ?? []).map((input) => (isBatched ? itemsInBatch(input) : 1));
  counted.set(fork, counts);
  return counts;
}

function itemsInBatch(input: JsonText): number {
  const batch = parseJson(input);
  const items = isObject(batch) ? property(batch, "Items") : undefined;
  return isArray(items) ? items.length : 1;
}
