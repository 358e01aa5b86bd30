/**
 * Timers beyond the queue's horizon: rows in 64 shards, sorted by when they are due. A sweep asks for all
 * that is due before a moment, so what an earlier sweep missed comes first by itself, and deletes a row only
 * after its message was sent. A message that goes out twice is harmless, one that does not is not.
 */
import { createHash } from "node:crypto";
import { BatchWriteItemCommand, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Instant } from "../../asl/position.ts";
import type { Timers } from "../../engine/ports.ts";
import { bodyAttributes, type Item, readBodyAttributes } from "./body.ts";
import { table as names } from "./names.ts";
import { type Outbox, type Parcel, parcelOf } from "./outbox.ts";
import { padded } from "./places.ts";
import { keyOf, type Store, sortKeyOf } from "./store.ts";
import { wrapForTable } from "./wire.ts";

const shards = 64;
/** SQS's longest delay. */
const queueHorizon = 900_000;
/** Milliseconds since 1970 have 13 digits until the year 2286. */
const dueDigits = 15;
/** What is due later still, in tens of thousands of years, comes early, which the engine notices. */
const latest = 10 ** dueDigits - 1;
/** Rows of one query, sent and deleted before the next: what a function cut off in the middle has to repeat. */
const pageSize = 100;
/** DynamoDB's most for one batch of writes. */
const mostDeletes = 25;
const mostTries = 8;
const pauseMilliseconds = 50;

export function openTimers(store: Store, outbox: Outbox): Timers {
  return {
    queueHorizon,
    shards,
    async set(message, id) {
      const { lane, group, notBefore, body } = message;
      const stored = await wrapForTable(store.objects, body);
      const place = { pk: shardPartition(shardOf(id)), sk: `${padded(Math.min(notBefore, latest), dueDigits)}#${id}` };
      const row = { lane: { S: lane }, group: { S: group }, due: { N: String(notBefore) } };
      const Item = { ...keyOf(place), ...row, ...bodyAttributes(stored) };
      await store.dynamodb.send(new PutItemCommand({ TableName: store.table, Item }));
    },
    async sweep(shard, until) {
      let swept = 0;
      for (;;) {
        const rows = await dueRows(store, shard, until);
        if (rows.length === 0) return swept;
        await outbox.post(await Promise.all(rows.map(readRow)));
        await remove(store, rows);
        swept += rows.length;
        if (rows.length < pageSize) return swept;
      }
    },
  };
}

function shardPartition(shard: number): string {
  return `timers#${shard}`;
}

function shardOf(id: string): number {
  return createHash("sha256").update(id).digest().readUInt32BE() % shards;
}

/** Read strongly: after a page was deleted, a stale answer would send it again. */
async function dueRows(store: Store, shard: number, until: Instant): Promise<readonly Item[]> {
  const { Items } = await store.dynamodb.send(
    new QueryCommand({
      TableName: store.table,
      KeyConditionExpression: "#pk = :pk AND #sk < :until",
      ExpressionAttributeNames: { "#pk": names.partitionKey, "#sk": names.sortKey },
      ExpressionAttributeValues: {
        ":pk": { S: shardPartition(shard) },
        ":until": { S: padded(Math.max(0, until), dueDigits) },
      },
      ConsistentRead: true,
      Limit: pageSize,
    }),
  );
  return Items ?? [];
}

async function readRow(row: Item): Promise<Parcel> {
  const stored = readBodyAttributes(row);
  const group = row["group"]?.S;
  if (stored === undefined || group === undefined) throw new Error(`timer ${sortKeyOf(row)} has no message`);
  const lane = row["lane"]?.S === "tasks" ? "tasks" : "flow";
  return parcelOf({ lane, group, notBefore: Number(row["due"]?.N) }, stored);
}

async function remove(store: Store, rows: readonly Item[]): Promise<void> {
  for (let from = 0; from < rows.length; from += mostDeletes) {
    const slice = rows.slice(from, from + mostDeletes);
    await removeAll(
      store,
      slice.map((row) => keyOf({ pk: row[names.partitionKey]?.S ?? "", sk: sortKeyOf(row) })),
    );
  }
}

/** DynamoDB hands back what it had no capacity for. */
async function removeAll(store: Store, keys: readonly Item[]): Promise<void> {
  let requests = keys.map((Key) => ({ DeleteRequest: { Key } }));
  for (let tries = 1; requests.length > 0; tries++) {
    if (tries > mostTries) throw new Error(`${requests.length} timers were sent but could not be deleted`);
    if (tries > 1) await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds * tries));
    const command = new BatchWriteItemCommand({ RequestItems: { [store.table]: requests } });
    const { UnprocessedItems } = await store.dynamodb.send(command);
    const left = UnprocessedItems?.[store.table] ?? [];
    requests = left.flatMap(({ DeleteRequest }) =>
      DeleteRequest?.Key === undefined ? [] : [{ DeleteRequest: { Key: DeleteRequest.Key } }],
    );
  }
}
