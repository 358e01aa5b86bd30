/**
 * An execution's summary as an item, and its place in the lists. A machine's executions of one status are
 * spread over 16 keys of the index, so that a machine that starts thousands a second is not held up by its list.
 */
import { createHash } from "node:crypto";
import type { Instant } from "../../asl/position.ts";
import type {
  Ending,
  ExecutionId,
  ExecutionStatus,
  ExecutionSummary,
  MapRunId,
  Redrives,
  Redriving,
  Tenant,
} from "../../engine/ports.ts";
import {
  bodyAttributes,
  type Item,
  readBodyAttributes,
  restoreIfThere,
  type Stored,
  store as storeBody,
} from "./body.ts";
import { table as names } from "./names.ts";
import { executionPartition, padded, summaryKey } from "./places.ts";
import { expiry, keyOf, readExpiry, type Store } from "./store.ts";

export const listShards = 16;

export const statuses = {
  RUNNING: true,
  SUCCEEDED: true,
  FAILED: true,
  TIMED_OUT: true,
  ABORTED: true,
} as const satisfies Record<ExecutionStatus, true>;

/** Milliseconds since 1970 have 13 digits until the year 2286. */
const timeDigits = 15;

export function summaryItemKey(id: ExecutionId): Item {
  return keyOf({ pk: executionPartition(id), sk: summaryKey });
}

export function listPartition(machine: string, status: ExecutionStatus, shard: number): string {
  return `${machine}#${status}#${shard}`;
}

/** The machine as it stands in an execution's id: all before the name. */
export function listedMachine({ account, region }: Tenant, machine: string): string {
  return `${account}/${region}/${machine}`;
}

/** The list of its machine, or of the Map Run that started it. */
function listPartitionOf(id: ExecutionId, mapRun: MapRunId | undefined, status: ExecutionStatus): string {
  const shard = createHash("sha256").update(id).digest().readUInt32BE() % listShards;
  return listPartition(mapRun ?? id.slice(0, id.lastIndexOf("/")), status, shard);
}

export async function summaryItem(store: Store, summary: ExecutionSummary): Promise<Item> {
  const { id, name, status, startedAt } = summary;
  return {
    ...summaryItemKey(id),
    [names.listPartitionKey]: { S: listPartitionOf(id, summary.mapRun, status) },
    [names.listSortKey]: { S: `${listTime(startedAt)}#${name}` },
    machine: { S: summary.machine },
    name: { S: name },
    status: { S: status },
    startedAt: { N: String(startedAt) },
    ...(summary.stoppedAt === undefined ? {} : { stoppedAt: { N: String(summary.stoppedAt) } }),
    inputHash: { S: summary.inputHash },
    definitionHash: { S: summary.definitionHash },
    epoch: { N: String(summary.epoch) },
    ...(summary.version === undefined ? {} : { version: { N: String(summary.version) } }),
    ...(summary.alias === undefined ? {} : { alias: { S: summary.alias } }),
    ...(summary.redrives === undefined ? {} : { redrives: { S: JSON.stringify(summary.redrives) } }),
    ...(summary.mapRun === undefined ? {} : { mapRun: { S: summary.mapRun } }),
    ...(summary.itemCount === undefined ? {} : { itemCount: { N: String(summary.itemCount) } }),
    ...(await failureAttributes(store, id, summary)),
    ...expiry(summary.expires),
  };
}

/** A cause may be long: it is stored like a body. */
async function failureAttributes(
  store: Store,
  id: ExecutionId,
  { error, cause }: Pick<Ending, "error" | "cause">,
): Promise<Item> {
  if (error === undefined && cause === undefined) return {};
  return bodyAttributes(await storeBody(store.objects, id, JSON.stringify({ error, cause })));
}

export async function readSummary(store: Store, item: Item): Promise<ExecutionSummary> {
  const partition = item[names.partitionKey]?.S ?? "";
  const stoppedAt = item["stoppedAt"]?.N;
  const version = item["version"]?.N;
  const alias = item["alias"]?.S;
  const redrives = item["redrives"]?.S;
  const mapRun = item["mapRun"]?.S;
  const itemCount = item["itemCount"]?.N;
  const failure = readBodyAttributes(item);
  return {
    // Written by `executionPartition`: the prefix is the only thing to take off again.
    id: partition.slice(partition.indexOf("#") + 1) as ExecutionId,
    machine: item["machine"]?.S ?? "",
    name: item["name"]?.S ?? "",
    // The condition of every write names a status of this union.
    status: (item["status"]?.S ?? "RUNNING") as ExecutionStatus,
    startedAt: Number(item["startedAt"]?.N),
    ...(stoppedAt === undefined ? {} : { stoppedAt: Number(stoppedAt) }),
    inputHash: item["inputHash"]?.S ?? "",
    definitionHash: item["definitionHash"]?.S ?? "",
    epoch: Number(item["epoch"]?.N),
    ...(version === undefined ? {} : { version: Number(version) }),
    ...(alias === undefined ? {} : { alias }),
    // Written below, and by nobody else.
    ...(redrives === undefined ? {} : { redrives: JSON.parse(redrives) as Redrives }),
    // Written by `summaryItem`.
    ...(mapRun === undefined ? {} : { mapRun: mapRun as MapRunId }),
    ...(itemCount === undefined ? {} : { itemCount: Number(itemCount) }),
    ...(failure === undefined ? {} : await readFailure(store, failure)),
    ...readExpiry(item),
  };
}

/**
 * Written by `failureAttributes`. A cause may be gone before its row: where somebody shortened the retention, the
 * bucket's rules hold at once and for all objects. One such row must not make its list unreadable.
 */
async function readFailure(store: Store, failure: Stored): Promise<{ error?: string; cause?: string }> {
  const text = await restoreIfThere(store.objects, failure);
  if (text === undefined) return {};
  const { error, cause } = JSON.parse(text) as { error?: string; cause?: string };
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

/** Marks it ended, if it is RUNNING in that epoch: then it leaves one list for another. */
export async function endingUpdate(store: Store, id: ExecutionId, ending: Ending) {
  const { object, body } = await failureAttributes(store, id, ending);
  return {
    TableName: store.table,
    Key: summaryItemKey(id),
    ConditionExpression: "#status = :running AND epoch = :epoch",
    UpdateExpression: [
      "SET #status = :status, stoppedAt = :stoppedAt, #list = :list",
      ...(ending.expires === undefined ? [] : ["#expires = :expires"]),
      ...(object ? ["#object = :object"] : []),
      ...(body ? ["#body = :body"] : []),
    ].join(", "),
    ExpressionAttributeNames: {
      "#status": "status",
      "#list": names.listPartitionKey,
      ...(ending.expires === undefined ? {} : { "#expires": names.expires }),
      ...(object ? { "#object": "object" } : {}),
      ...(body ? { "#body": "body" } : {}),
    },
    ExpressionAttributeValues: {
      ...(ending.expires === undefined ? {} : { ":expires": { N: String(Math.ceil(ending.expires / 1_000)) } }),
      ":running": { S: "RUNNING" },
      ":epoch": { N: String(ending.epoch) },
      ":status": { S: ending.status },
      ":stoppedAt": { N: String(ending.stoppedAt) },
      ":list": { S: listPartitionOf(id, ending.mapRun, ending.status) },
      ...(object ? { ":object": object } : {}),
      ...(body ? { ":body": body } : {}),
    },
  };
}

/** Marks it RUNNING again, if it has ended in the epoch before, and takes the end and its failure away. */
export function redrivingUpdate(store: Store, id: ExecutionId, { epoch, redrives, expires, mapRun }: Redriving) {
  return {
    TableName: store.table,
    Key: summaryItemKey(id),
    ConditionExpression: "#status <> :running AND epoch = :before",
    UpdateExpression:
      "SET #status = :running, epoch = :epoch, redrives = :redrives, #list = :list, #expires = :expires REMOVE stoppedAt, #object, #body",
    ExpressionAttributeNames: {
      "#status": "status",
      "#list": names.listPartitionKey,
      "#expires": names.expires,
      "#object": "object",
      "#body": "body",
    },
    ExpressionAttributeValues: {
      ":running": { S: "RUNNING" },
      ":before": { N: String(epoch - 1) },
      ":epoch": { N: String(epoch) },
      ":redrives": { S: JSON.stringify(redrives) },
      ":list": { S: listPartitionOf(id, mapRun, "RUNNING") },
      ":expires": { N: String(Math.ceil(expires / 1_000)) },
    },
  };
}

/** How a sort key of the lists begins; it sorts before all that started then. */
export function listTime(startedAt: Instant): string {
  return padded(startedAt, timeDigits);
}

/** Newest first: the order of the lists within one instant is that of the names. */
export function listKeyOf(item: Item): string {
  return item[names.listSortKey]?.S ?? "";
}
