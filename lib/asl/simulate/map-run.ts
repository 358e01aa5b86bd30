/** The Map Run of a Distributed Map in a simulation: its items are read, its children are executions. */
import { readerFailed, readItems } from "../distributed/items.ts";
import { EvaluationFailure } from "../evaluate/failure.ts";
import { isObject, type JsonText, parseJson, property } from "../json.ts";
import type { Failure, Forked, MapItem, MapRun } from "../position.ts";
import { childInputs } from "../states/distributed.ts";
import type { Branch, Fork, Home } from "./branch.ts";
import { momentOf, type Run, rootOf } from "./world.ts";

export type Inputs =
  | { readonly kind: "inputs"; readonly inputs: readonly JsonText[] }
  | { readonly kind: "failed"; readonly failure: Failure };

/** What the children start from, with ItemReader, ItemSelector and ItemBatcher applied. */
export async function inputsOf(simulation: Run, parent: Branch, of: Forked): Promise<Inputs> {
  const items = itemsOf(simulation, parent, of);
  if (items.kind === "failed") return items;
  const { home, position } = parent;
  const moment = momentOf(simulation, parent, of.claim);
  try {
    return { kind: "inputs", inputs: await childInputs(home.definition, position, items.items, moment) };
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    return { kind: "failed", failure: error.failure };
  }
}

type Items =
  | { readonly kind: "items"; readonly items: readonly MapItem[] }
  | { readonly kind: "failed"; readonly failure: Failure };

function itemsOf(simulation: Run, parent: Branch, of: Forked): Items {
  const reader = of.run?.reader;
  if (reader === undefined) return { kind: "items", items: listed(of.items ?? [], of.keys, "STATE_DATA") };
  const state = parent.home.definition.states.get(parent.position.state);
  const config = state?.type === "Map" ? state.distributed?.itemReader?.config : undefined;
  const { bucket, key } = place(reader);
  const text = simulation.objects[bucket]?.[key];
  if (text === undefined || config === undefined) {
    return { kind: "failed", failure: readerFailed(`The object '${key}' in the bucket '${bucket}' does not exist.`) };
  }
  const read = readItems(text, config, reader.maxItems);
  if (read.kind === "failed") return read;
  return { kind: "items", items: listed([...read.items], read.keys, `S3://${bucket}/${key}`) };
}

function place(reader: NonNullable<MapRun["reader"]>): { readonly bucket: string; readonly key: string } {
  const given = parseJson(reader.arguments);
  const bucket = isObject(given) ? property(given, "Bucket") : undefined;
  const key = isObject(given) ? property(given, "Key") : undefined;
  return { bucket: typeof bucket === "string" ? bucket : "", key: typeof key === "string" ? key : "" };
}

function listed(values: readonly JsonText[], keys: readonly string[] | undefined, source: string): readonly MapItem[] {
  return values.map((value, index) => {
    const key = keys?.[index];
    return { index, value, source, ...(key === undefined ? {} : { key }) };
  });
}

/** An execution of its own: it sees neither the parent's variables nor its context. */
export function childOf(simulation: Run, fork: Fork, path: string, index: number): Branch {
  const { definition, execution } = fork.parent.home;
  const state = definition.states.get(fork.parent.position.state);
  if (state?.type !== "Map") throw new Error(`'${fork.parent.position.state}' is not a Map state`);
  const { timeoutSeconds: _, ...machine } = definition;
  const name = `${path.slice(1).replaceAll("/", "-")}`;
  const home: Home = {
    definition: { ...machine, startAt: state.processor.startAt },
    execution: {
      ...execution,
      name,
      id: `${execution.id.slice(0, execution.id.lastIndexOf(":"))}/${state.name}:${name}`,
      startTime: simulation.now,
      input: fork.inputs?.[index] ?? "{}",
    },
    log: [],
  };
  return rootOf(home, path, fork, index);
}

const exceeded: Failure = {
  error: "States.ExceedToleratedFailureThreshold",
  cause: "The specified tolerated failure threshold was exceeded",
};

/** Whether the fork can live with its failures so far, and if not, what it fails with. */
export function tolerates(fork: Fork, failure: Failure): Failure | "tolerated" {
  const { run } = fork.of;
  if (run === undefined) return failure;
  const { toleratedFailureCount: count = 0, toleratedFailurePercentage: percentage = 0 } = run;
  const most = Math.max(count, Math.floor((fork.width * percentage) / 100));
  return fork.failures > most ? exceeded : "tolerated";
}
