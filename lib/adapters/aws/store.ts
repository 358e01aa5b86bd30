/**
 * The table, as the files beside this one use it: its name, the bucket for what is large, and the two
 * things that every write has in common, a time to live and conflicts with somebody's transaction.
 */
import {
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import type { Instant } from "../../asl/position.ts";
import type { Item, Objects } from "./body.ts";
import { table as names } from "./names.ts";

export interface Store {
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
  readonly objects: Objects;
}

export const nobodyWasFirst = `attribute_not_exists(${names.partitionKey})`;

export function keyOf(place: { readonly pk: string; readonly sk: string }): Item {
  return { [names.partitionKey]: { S: place.pk }, [names.sortKey]: { S: place.sk } };
}

export function sortKeyOf(item: Item): string {
  return item[names.sortKey]?.S ?? "";
}

export function expiry(expires: Instant | undefined): Item {
  return expires === undefined ? {} : { [names.expires]: { N: String(Math.ceil(expires / 1_000)) } };
}

/**
 * For a put where nobody was first, or whose term is over: to whoever reads, such an item is not there, and one who
 * takes the name of an execution that is forgotten must not meet what is left of it.
 */
export function unlessThere() {
  return {
    ConditionExpression: `${nobodyWasFirst} OR ${termIsOver}`,
    ...termNow(),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
}

/** False of an item that has no term. */
export const termIsOver = "#expires <= :now";

/** What `termIsOver` speaks of. */
export function termNow() {
  return {
    ExpressionAttributeNames: { "#expires": names.expires },
    ExpressionAttributeValues: { ":now": { N: String(Math.floor(Date.now() / 1_000)) } },
  } as const;
}

/**
 * Its term is over. DynamoDB removes such items within days, in any order: of a log that has ended long ago the end may
 * go first, and whoever then took the rest for a log that goes on would go on with it.
 */
export function isOver(item: Item): boolean {
  const { expires } = readExpiry(item);
  return expires !== undefined && expires <= Date.now();
}

export function readExpiry(item: Item): { expires?: Instant } {
  const seconds = item[names.expires]?.N;
  return seconds === undefined ? {} : { expires: Number(seconds) * 1_000 };
}

/** A write that meets a transaction is refused at once, and so is a transaction; the other is over in milliseconds. */
const mostTries = 8;
const pauseMilliseconds = 20;

export async function afterConflicts<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error) || tries === mostTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMilliseconds * tries));
    }
  }
}

function isConflict(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = error.CancellationReasons?.map((reason) => reason.Code) ?? [];
  // A failed condition is an answer, whatever else went wrong beside it.
  return codes.includes("TransactionConflict") && !codes.includes("ConditionalCheckFailed");
}

/** All items of a partition whose sort key begins with `prefix`, a page at a time. */
export async function* queryPages(
  store: Store,
  partition: string,
  prefix: string,
  more: Partial<QueryCommandInput> = {},
): AsyncGenerator<readonly Item[]> {
  let from: Item | undefined;
  do {
    const answer = await store.dynamodb.send(
      new QueryCommand({ ...prefixQuery(store, partition, prefix), ...more, ExclusiveStartKey: from }),
    );
    yield answer.Items ?? [];
    from = answer.LastEvaluatedKey;
  } while (from !== undefined);
}

export function prefixQuery(store: Store, partition: string, prefix: string): QueryCommandInput {
  return {
    TableName: store.table,
    KeyConditionExpression: "#pk = :pk AND begins_with(#sk, :prefix)",
    ExpressionAttributeNames: { "#pk": names.partitionKey, "#sk": names.sortKey },
    ExpressionAttributeValues: { ":pk": { S: partition }, ":prefix": { S: prefix } },
    ConsistentRead: true,
  };
}
