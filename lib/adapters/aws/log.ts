/**
 * The log: a segment is one item, written only if nobody has. Whoever comes second learns in the same
 * request what stands there. Where the items lie, and how a reader finds them, is told in places.ts.
 */
import {
  ConditionalCheckFailedException,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import type { Appended, BranchPath, ExecutionId, Log, SegmentRecord } from "../../engine/ports.ts";
import { bodyAttributes, type Item, readBodyAttributes, restore, store as storeBody } from "./body.ts";
import type { Outbox } from "./outbox.ts";
import {
  branchPartition,
  branchPrefix,
  executionPartition,
  groupPartition,
  isChunkKey,
  logPrefix,
  markPlace,
  padded,
  readForkKey,
  readSegmentKey,
  segmentPlace,
} from "./places.ts";
import {
  afterConflicts,
  expiry,
  keyOf,
  nobodyWasFirst,
  prefixQuery,
  queryPages,
  readExpiry,
  type Store,
  sortKeyOf,
} from "./store.ts";

export function openLog(store: Store, outbox: Outbox): Log {
  const append = async (segment: SegmentRecord): Promise<Appended> => {
    await leaveMark(store, segment);
    return appendItem(store, segment, await segmentItem(store, segment));
  };
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
      return item && readSegment(store, execution, item);
    },
    branch: (execution, branch, from = 0, limit = Number.POSITIVE_INFINITY) =>
      readBranch(store, execution, branch, from, limit),
    read: (execution) => readAll(store, execution),
    durable: async () => {},
  };
}

export async function segmentItem(store: Store, segment: SegmentRecord): Promise<Item> {
  const stored = await storeBody(store.objects, segment.execution, segment.body);
  return { ...keyOf(segmentPlace(segment)), ...bodyAttributes(stored), ...expiry(segment.expires) };
}

async function appendItem(store: Store, { execution }: SegmentRecord, item: Item): Promise<Appended> {
  try {
    await put(store, {
      Item: item,
      ConditionExpression: nobodyWasFirst,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    return { kind: "appended" };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
    return { kind: "taken", winner: await readSegment(store, execution, error.Item) };
  }
}

/** Before the segment: if it were written after, a crash between the two would hide the fork from readers for ever. */
async function leaveMark(store: Store, segment: SegmentRecord): Promise<void> {
  const place = markPlace(segment);
  if (place) await put(store, { Item: { ...keyOf(place), ...expiry(segment.expires) } });
}

function put(store: Store, input: Omit<PutItemCommandInput, "TableName">): Promise<unknown> {
  return afterConflicts(() => store.dynamodb.send(new PutItemCommand({ TableName: store.table, ...input })));
}

/** An item that is known to be a segment, as the engine wrote it. */
export async function readSegment(store: Store, execution: ExecutionId, item: Item): Promise<SegmentRecord> {
  const key = readSegmentKey(sortKeyOf(item));
  const stored = readBodyAttributes(item);
  if (!key || !stored) throw new Error(`item ${sortKeyOf(item)} of execution ${execution} is no segment`);
  return { execution, ...key, body: await restore(store.objects, stored), ...readExpiry(item) };
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
    segments.push(...(await Promise.all(items.map((item) => readSegment(store, execution, item)))));
    if (segments.length >= limit) break;
  }
  return segments.slice(0, limit);
}

/** Partitions read at the same time. */
const parallelReads = 8;
/** Segments restored at the same time: each may be an object of megabytes. */
const parallelRestores = 32;

/** A place that a reader has still to look at: a partition, and how far it has come in it. */
interface Cursor {
  readonly partition: string;
  readonly group: { readonly branch: BranchPath; readonly seq: number; readonly number: number } | undefined;
  readonly from?: Item;
}

async function* readAll(store: Store, execution: ExecutionId): AsyncGenerator<readonly SegmentRecord[]> {
  const seen = new Set<string>();
  // A stack, not a queue: going down first keeps the list of what is left to read short.
  const ahead: Cursor[] = [{ partition: executionPartition(execution), group: undefined }];
  while (ahead.length > 0) {
    const cursors = ahead.splice(-parallelReads);
    const pages = await Promise.all(cursors.map((cursor) => readPage(store, cursor)));
    for (const [place, page] of pages.entries()) {
      const cursor = cursors[place];
      if (cursor && page.next) ahead.push({ ...cursor, from: page.next });
      for (const found of page.items.flatMap((item) => partitionsShown(execution, cursor, sortKeyOf(item)))) {
        if (seen.has(found.partition)) continue;
        seen.add(found.partition);
        ahead.push(found);
      }
      yield* restored(store, execution, page.items);
    }
  }
}

async function readPage(store: Store, { partition, from }: Cursor): Promise<{ items: readonly Item[]; next?: Item }> {
  const query = { ...prefixQuery(store, partition, logPrefix), ExclusiveStartKey: from };
  const { Items, LastEvaluatedKey } = await store.dynamodb.send(new QueryCommand(query));
  return { items: Items ?? [], ...(LastEvaluatedKey ? { next: LastEvaluatedKey } : {}) };
}

/** Which further partitions an item gives away. */
function partitionsShown(execution: ExecutionId, cursor: Cursor | undefined, sk: string): readonly Cursor[] {
  const groupOfFork = (branch: BranchPath, seq: number, number: number): Cursor => ({
    partition: groupPartition(execution, { branch, seq }, number),
    group: { branch, seq, number },
  });
  const fork = readForkKey(sk);
  if (fork) {
    const first = fork.branch === "" ? [] : [groupOfFork(fork.branch, fork.seq, 0)];
    return fork.staged ? [...first, groupOfFork(fork.branch, fork.seq, 1)] : first;
  }
  const group = cursor?.group;
  return group && isChunkKey(sk) ? [groupOfFork(group.branch, group.seq, group.number + 1)] : [];
}

async function* restored(
  store: Store,
  execution: ExecutionId,
  items: readonly Item[],
): AsyncGenerator<readonly SegmentRecord[]> {
  const segments = items.filter((item) => readSegmentKey(sortKeyOf(item)) !== undefined);
  for (let from = 0; from < segments.length; from += parallelRestores) {
    const slice = segments.slice(from, from + parallelRestores);
    yield await Promise.all(slice.map((item) => readSegment(store, execution, item)));
  }
}
