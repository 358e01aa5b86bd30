/**
 * Distributed Map: the Map Run is told of in the parent's history, its children are executions of their
 * own. Everything that is an expression is evaluated when the state is entered; reading items, starting
 * children and writing results is the driver's work.
 */
import type { Definition, Distributed, ItemReader, MapState } from "../definition.ts";
import { batched } from "../distributed/batches.ts";
import { readerFailed } from "../distributed/items.ts";
import type { EvaluationScope } from "../evaluate/scope.ts";
import { failState } from "../failure.ts";
import type { JsonText } from "../json.ts";
import { statesArn } from "../partition.ts";
import type { Failure, Forked, MapItem, MapRun, Position, StateName } from "../position.ts";
import type { Moment, Transition } from "../transition.ts";
import type { Watch } from "../watch.ts";
import { numberOf } from "./computed.ts";
import { failureDetails } from "./finish.ts";
import { itemsOf, selectItem } from "./items.ts";
import { openJournal, remark, write } from "./journal.ts";
import { departWith, evaluated, leave } from "./leave.ts";
import { Payload } from "./payload.ts";
import { scopeOf, stay, type Visit } from "./visit.ts";

/** AWS's default, and the most it allows. */
const mostConcurrency = 10_000;

const percent = { least: 0, most: 100, fractions: true } as const;

const counts = { least: 0, most: Number.MAX_SAFE_INTEGER };

export async function forkDistributed(
  visit: Visit<MapState>,
  distributed: Distributed,
  input: Payload,
): Promise<Transition> {
  const { state, journal, moment } = visit;
  const reader = distributed.itemReader;
  const items = reader === undefined ? await itemsOf(visit, input) : { values: [] };
  // A reader has not read yet: AWS shows a length of 0 then.
  write(journal, "MapStateStarted", { length: items.values.length });
  const run = await mapRun(visit, distributed, input);
  const asked = await numberOf("MaxConcurrency", state.maxConcurrency, scopeOf(visit, input), counts);
  if (moment.watch !== undefined) noteLimits(moment.watch, run, asked);
  write(journal, "MapRunStarted", { mapRunArn: run.arn });
  if ((run.reader?.maxItems ?? 0) < 0) return failRun(visit, readerFailed("field MaxItems must be positive"));
  const width = items.values.length;
  // A ResultWriter writes its manifest of no results, too: whoever comes next reads where that is.
  if (width === 0 && reader === undefined && run.writer === undefined) return completeRun(visit, []);
  const fork: Forked = {
    kind: "forked",
    claim: moment.seq,
    of: "Map",
    width,
    concurrency: asked === 0 ? mostConcurrency : Math.min(asked, mostConcurrency),
    shared: input.text,
    items: items.values,
    ...(items.keys === undefined ? {} : { keys: items.keys }),
    run,
  };
  return stay(visit, fork);
}

function noteLimits(watch: Watch, run: MapRun, maxConcurrency: number): void {
  const limits = {
    maxConcurrency,
    toleratedFailureCount: run.toleratedFailureCount,
    toleratedFailurePercentage: run.toleratedFailurePercentage,
  } as const;
  for (const stage of ["maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"] as const) {
    if (limits[stage] !== undefined) watch.note(stage, { text: String(limits[stage]) });
  }
}

async function mapRun(visit: Visit<MapState>, distributed: Distributed, input: Payload): Promise<MapRun> {
  const { state } = visit;
  const scope = scopeOf(visit, input);
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = state;
  const reader = distributed.itemReader && (await readerOf(distributed.itemReader, scope));
  const batch = distributed.itemBatcher && (await batchOf(distributed.itemBatcher, scope));
  const writer = distributed.resultWriter && (await writerOf(distributed.resultWriter, scope));
  return {
    arn: mapRunArn(visit, distributed),
    ...(count && { toleratedFailureCount: await numberOf("ToleratedFailureCount", count, scope, counts) }),
    ...(percentage && {
      toleratedFailurePercentage: await numberOf("ToleratedFailurePercentage", percentage, scope, percent),
    }),
    ...(reader && { reader }),
    ...(batch && { batch }),
    ...(writer && { writer }),
  };
}

async function readerOf(reader: ItemReader, scope: EvaluationScope): Promise<NonNullable<MapRun["reader"]>> {
  const { maxItems } = reader.config;
  // What a path leads to is judged when the items are read.
  const bounds = maxItems?.kind === "path" ? { ...counts, least: Number.MIN_SAFE_INTEGER } : counts;
  const given = reader.parameters === undefined ? "{}" : (await evaluated(reader.parameters, scope)).text;
  return {
    resource: reader.resource,
    arguments: given,
    ...(maxItems && { maxItems: await numberOf("MaxItems", maxItems, scope, bounds) }),
  };
}

async function batchOf(
  batcher: NonNullable<Distributed["itemBatcher"]>,
  scope: EvaluationScope,
): Promise<NonNullable<MapRun["batch"]>> {
  const { maxItemsPerBatch: items, maxInputBytesPerBatch: bytes, batchInput } = batcher;
  return {
    ...(items && { maxItems: await numberOf("MaxItemsPerBatch", items, scope, counts) }),
    ...(bytes && { maxInputBytes: await numberOf("MaxInputBytesPerBatch", bytes, scope, counts) }),
    ...(batchInput && { input: (await evaluated(batchInput, scope)).text }),
  };
}

async function writerOf(
  writer: NonNullable<Distributed["resultWriter"]>,
  scope: EvaluationScope,
): Promise<MapRun["writer"]> {
  if (writer.resource === undefined) return undefined;
  const given = writer.parameters === undefined ? "{}" : (await evaluated(writer.parameters, scope)).text;
  return { resource: writer.resource, arguments: given };
}

/** Drawn from the seed, so that a redelivered transition names the same run. */
function mapRunArn(visit: Visit<MapState>, distributed: Distributed): string {
  const { chance, execution } = visit.moment;
  const label = distributed.label ?? uuid(chance, "map run label");
  return statesArn(execution, `mapRun:${execution.stateMachine.name}/${label}:${uuid(chance, "map run")}`);
}

function uuid(chance: Moment["chance"], label: string): string {
  const digits = Array.from({ length: 8 }, (_, part) =>
    Math.floor(chance(`${label} ${part}`) * 0x1_0000)
      .toString(16)
      .padStart(4, "0"),
  );
  const [a, b, c, d = "", e = "", ...rest] = digits;
  return `${a}${b}-${c}-4${d.slice(1)}-a${e.slice(1)}-${rest.join("")}`;
}

/** Every child that counts has succeeded. MapStateExited refers to MapRunStarted (recorded since 2024-11). */
export async function completeRun(
  visit: Visit<MapState>,
  outputs: readonly JsonText[],
  written?: JsonText,
): Promise<Transition> {
  const { journal } = visit;
  const started = journal.previous;
  write(journal, "MapRunSucceeded");
  remark(journal, "MapStateSucceeded");
  journal.previous = started;
  const result = Payload.ofText(written ?? `[${outputs.join(",")}]`);
  return leave(visit, await departWith(visit, result, visit.state.following));
}

export function failRun(visit: Visit<MapState>, failure: Failure): Promise<Transition> {
  write(visit.journal, "MapRunFailed", failureDetails(failure));
  return failState(visit, failure);
}

/** What the children of a Map run: the states in it, without the limits of the machine around it. */
export function childDefinition(definition: Definition, map: StateName): Definition {
  const state = definition.states.get(map);
  if (state?.type !== "Map") throw new Error(`'${map}' is not a Map state of the definition`);
  const { timeoutSeconds: _, ...machine } = definition;
  return { ...machine, startAt: state.processor.startAt };
}

/**
 * The inputs of the children for these items: each selected, then batched where the state says so. To be
 * called at the position and moment of the fork.
 */
export async function childInputs(
  definition: Definition,
  position: Position,
  items: readonly MapItem[],
  moment: Moment,
): Promise<readonly JsonText[]> {
  const { doing } = position;
  if (doing.kind !== "forked" || doing.run === undefined) {
    throw new Error(`no Map Run is open at state '${position.state}'`);
  }
  const selected = await selectItems(definition, position, items, moment);
  return doing.run.batch === undefined ? selected : batched(selected, doing.run.batch);
}

/** What ItemSelector makes of each item, at the position and moment of the fork. */
export async function selectItems(
  definition: Definition,
  position: Position,
  items: readonly MapItem[],
  moment: Moment,
): Promise<readonly JsonText[]> {
  const { doing, entered } = position;
  const state = definition.states.get(position.state);
  if (doing.kind !== "forked" || state?.type !== "Map" || entered === undefined) {
    throw new Error(`no Map has forked at state '${position.state}'`);
  }
  const input = Payload.ofText(doing.shared);
  const selected: JsonText[] = [];
  for (const item of items) {
    const here: Position = { ...position, item };
    const visit: Visit<MapState> = {
      definition,
      state,
      position: here,
      entered,
      moment,
      journal: openJournal(here),
      input,
    };
    selected.push(await selectItem(visit, item));
  }
  return selected;
}
