/**
 * Another term for rows of the table: time to live is moved on, and an object that a row names is made young
 * again. One write for each row, once a month, of executions that are open so long.
 */
import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Instant } from "../../asl/position.ts";
import { type Item, readBodyAttributes } from "./body.ts";
import { table as names } from "./names.ts";
import { afterConflicts, expiry, nobodyWasFirst, queryPages, readExpiry, type Store } from "./store.ts";

/** Rows at a time. */
const atOnce = 25;

/** All rows of a partition whose sort key begins with `prefix`. */
export async function renewRows(store: Store, partition: string, prefix: string, until: Instant): Promise<void> {
  for await (const items of queryPages(store, partition, prefix)) {
    const due = items.filter((item) => (readExpiry(item).expires ?? until) < until);
    for (let from = 0; from < due.length; from += atOnce) {
      await Promise.all(due.slice(from, from + atOnce).map((item) => renewRow(store, item, until)));
    }
  }
}

async function renewRow(store: Store, item: Item, until: Instant): Promise<void> {
  const stored = readBodyAttributes(item);
  if (stored?.kind === "object") await store.objects.renewObject(stored.name);
  const { [names.partitionKey]: pk, [names.sortKey]: sk } = item;
  if (!pk || !sk) throw new Error("a row has no key");
  const { [names.expires]: expires } = expiry(until);
  const command = new UpdateItemCommand({
    TableName: store.table,
    Key: { [names.partitionKey]: pk, [names.sortKey]: sk },
    // Gone meanwhile: an update would make a row of nothing but a date.
    ConditionExpression: `NOT ${nobodyWasFirst}`,
    UpdateExpression: "SET #expires = :expires",
    ExpressionAttributeNames: { "#expires": names.expires },
    ExpressionAttributeValues: { ":expires": expires ?? { NULL: true } },
  });
  try {
    await afterConflicts(() => store.dynamodb.send(command));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
