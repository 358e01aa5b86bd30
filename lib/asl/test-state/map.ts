/**
 * A Map whose result was said beforehand: its items are read, selected and batched as they would be, and
 * what comes of it follows from the mock and from how many iterations are said to have failed.
 */
import type { MapState } from "../definition.ts";
import { batched } from "../distributed/batches.ts";
import { readItems } from "../distributed/items.ts";
import { EvaluationFailure } from "../evaluate/failure.ts";
import { isArray, type JsonText, writeJson } from "../json.ts";
import type { Failure, Forked, MapItem, Position } from "../position.ts";
import { selectItems } from "../states/distributed.ts";
import type { Moment, Signal } from "../transition.ts";
import type { Seen } from "./inspection.ts";
import { invalid } from "./refusal.ts";
import type { Mock, Test } from "./request.ts";

export interface Fork {
  readonly position: Position;
  readonly fork: Forked;
  readonly moment: Moment;
}

export async function answerMap(test: Test, state: MapState, at: Fork, mock: Mock, seen: Seen): Promise<Signal> {
  const items = itemsOf(test, state, at.fork, mock, seen);
  if (!isList(items)) return { kind: "failed", failure: items };
  let inputs: readonly JsonText[];
  try {
    inputs = await inputsOf(test, state, at, items, seen);
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    return branchFailed(error.failure);
  }
  const failed = test.configuration.mapIterationFailureCount ?? 0;
  if (failed > inputs.length) {
    throw invalid("Map iteration failure count must be less than or equal to the number of Map iterations");
  }
  if (mock.kind === "error") return branchFailed(mock.failure);
  if (exceedsTolerance(at.fork, failed, inputs.length)) return branchFailed(thresholdExceeded);
  return joined(at.fork, mock);
}

export function branchFailed(failure: Failure): Signal {
  return { kind: "branch-failed", index: 0, failure, at: 0 };
}

function isList(items: readonly MapItem[] | Failure): items is readonly MapItem[] {
  return Array.isArray(items);
}

function itemsOf(test: Test, state: MapState, fork: Forked, mock: Mock, seen: Seen): readonly MapItem[] | Failure {
  const config = state.distributed?.itemReader?.config;
  if (config === undefined) return listed(fork.items ?? [], fork.keys);
  const { mapItemReaderData: data } = test.configuration;
  if (data === undefined) {
    if (mock.kind === "error") return [];
    throw invalid("MapItemReaderData must be specified when testing a Map state with an ItemReader.");
  }
  const read = readItems(data, config, fork.run?.reader?.maxItems);
  if (read.kind === "failed") return read.failure;
  const values = [...read.items];
  if (config.itemsPointer !== undefined) seen.stages.set("afterItemsPointer", `[${values.join(",")}]`);
  return listed(values, read.keys);
}

function listed(values: readonly JsonText[], keys: readonly string[] | undefined): readonly MapItem[] {
  return values.map((value, index) => {
    const key = keys?.[index];
    return key === undefined ? { index, value } : { index, value, key };
  });
}

/** What each iteration or child starts from. */
async function inputsOf(
  test: Test,
  state: MapState,
  { position, fork, moment }: Fork,
  items: readonly MapItem[],
  seen: Seen,
): Promise<readonly JsonText[]> {
  const selected = await selectItems(test.definition, position, items, moment);
  if (state.itemSelector !== undefined) seen.stages.set("afterItemSelector", `[${selected.join(",")}]`);
  if (fork.run?.batch === undefined) return selected;
  const batches = batched(selected, fork.run.batch);
  seen.stages.set("afterItemBatcher", `[${batches.join(",")}]`);
  return batches;
}

const thresholdExceeded: Failure = {
  error: "States.ExceedToleratedFailureThreshold",
  cause: "The specified tolerated failure threshold was exceeded",
};

/** Recorded on AWS: where no threshold is specified, TestState lets any number of iterations fail. */
function exceedsTolerance({ run }: Forked, failed: number, iterations: number): boolean {
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = run ?? {};
  if (count !== undefined && failed > count) return true;
  return percentage !== undefined && failed * 100 > percentage * iterations;
}

function joined(fork: Forked, mock: Extract<Mock, { kind: "result" }>): Signal {
  if (!isArray(mock.value)) return { kind: "joined", outputs: [], events: 0, written: mock.text };
  const outputs = mock.value.map(writeJson);
  if (fork.run === undefined && outputs.length !== fork.width) {
    throw invalid("Mocked result must contain the same number of items as number of Map iterations.");
  }
  return { kind: "joined", outputs, events: 0 };
}
