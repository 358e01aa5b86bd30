/**
 * The log: a segment is one item, written only if nobody has. Whoever comes second learns in the same
 * request what stands there. Where the items lie is told in places.ts.
 */
import { ConditionalCheckFailedException, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Appended, BranchGroup, BranchPath, ExecutionId, Log, SegmentRecord } from "../../engine/ports.ts";
import { bodyAttributes, type Item, readBodyAttributes, restore, store as storeBody } from "./body.ts";
import type { Outbox } from "./outbox.ts";
import {
  branchPartition,
  branchPrefix,
  executionPartition,
  groupPartition,
  logPrefix,
  padded,
  readSegmentKey,
  segmentPlace,
} from "./places.ts";
import { renewRows } from "./renew.ts";
import {
  afterConflicts,
  expiry,
  isOver,
  keyOf,
  prefixQuery,
  queryPages,
  readExpiry,
  type Store,
  sortKeyOf,
  unlessThere,
} from "./store.ts";

export function openLog(store: Store, outbox: Outbox): Log {
  const append = (segment: SegmentRecord): Promise<Appended> => appendSegment(store, segment);
  return {
    append,
    async commit(segment, messages) {
      const announced = outbox.expect();
      try {
        const [answer, parcels] = await Promise.all([append(segment), outbox.wrap(messages)]);
        const sent = answer.kind === "appended" ? outbox.post(parcels) : undefined;
        announced();
        await sent;
        return answer;
      } finally {
        announced();
      }
    },
    async head(execution, branch) {
      const query = prefixQuery(store, branchPartition(execution, branch), branchPrefix(branch));
      const { Items } = await store.dynamodb.send(new QueryCommand({ ...query, ScanIndexForward: false, Limit: 1 }));
      const item = Items?.[0];
      return item && !isOver(item) ? readSegment(store, execution, item) : undefined;
    },
    branch: (execution, branch, from = 0, limit = Number.POSITIVE_INFINITY) =>
      readBranch(store, execution, branch, from, limit),
    read: (execution, group) => readPartition(store, execution, group),
    renew: (execution, group, until) => {
      const partition = group ? groupPartition(execution, group) : executionPartition(execution);
      return renewRows(store, partition, logPrefix, until);
    },
    durable: async () => {},
  };
}

export async function segmentItem(store: Store, segment: SegmentRecord): Promise<Item> {
  const stored = await storeBody(store.objects, segment.execution, segment.body);
  return { ...keyOf(segmentPlace(segment)), ...bodyAttributes(stored), ...expiry(segment.expires) };
}

async function appendSegment(store: Store, segment: SegmentRecord): Promise<Appended> {
  const command = new PutItemCommand({
    TableName: store.table,
    Item: await segmentItem(store, segment),
    ...unlessThere(),
  });
  try {
    await afterConflicts(() => store.dynamodb.send(command));
    return { kind: "appended" };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
    return { kind: "taken", winner: await readSegment(store, segment.execution, error.Item) };
  }
}

/** An item that is known to be a segment, as the engine wrote it. */
export async function readSegment(store: Store, execution: ExecutionId, item: Item): Promise<SegmentRecord> {
  const key = readSegmentKey(sortKeyOf(item));
  const stored = readBodyAttributes(item);
  if (!stored) throw new Error(`segment ${key.seq} of ${execution}${key.branch} has no body`);
  return { execution, ...key, body: await restore(store.objects, stored), ...readExpiry(item) };
}

function readSegments(store: Store, execution: ExecutionId, items: readonly Item[]): Promise<readonly SegmentRecord[]> {
  const there = items.filter((item) => !isOver(item));
  return Promise.all(there.map((item) => readSegment(store, execution, item)));
}

async function readBranch(
  store: Store,
  execution: ExecutionId,
  branch: BranchPath,
  from: number,
  limit: number,
): Promise<readonly SegmentRecord[]> {
  const prefix = branchPrefix(branch);
  const query = prefixQuery(store, branchPartition(execution, branch), prefix);
  const bounds = { ":prefix": { S: `${prefix}${padded(from)}` }, ":last": { S: `${prefix}:` } }; // ":" follows "9"
  const pages = queryPages(store, branchPartition(execution, branch), prefix, {
    KeyConditionExpression: "#pk = :pk AND #sk BETWEEN :prefix AND :last",
    ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ...bounds },
    ...(Number.isFinite(limit) ? { Limit: limit } : {}),
  });
  const segments: SegmentRecord[] = [];
  for await (const items of pages) {
    segments.push(...(await readSegments(store, execution, items)));
    if (segments.length >= limit) break;
  }
  return segments.slice(0, limit);
}

/** Segments restored at the same time: each may be an object of megabytes. */
const parallelRestores = 32;

/** Exactly what lies in one partition: the root's own segments, or those of a group of branches. */
async function* readPartition(
  store: Store,
  execution: ExecutionId,
  group: BranchGroup | undefined,
): AsyncGenerator<readonly SegmentRecord[]> {
  const partition = group ? groupPartition(execution, group) : executionPartition(execution);
  for await (const items of queryPages(store, partition, logPrefix)) {
    for (let from = 0; from < items.length; from += parallelRestores) {
      const slice = items.slice(from, from + parallelRestores);
      yield await readSegments(store, execution, slice);
    }
  }
}
