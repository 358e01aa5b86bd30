/**
 * Fork and join. A group's join item holds the indexes in the order in which they reported, appended under
 * the condition that they are not there yet: a report that comes twice gets the list and its old place in it.
 * What the parent reads of a branch lies beside, one item each, written before the index is.
 */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Instant } from "../../asl/position.ts";
import type { JoinKey, JoinState, Joins, Reported } from "../../engine/ports.ts";
import { bodyAttributes, type Item, readBodyAttributes, restore, store as storeBody } from "./body.ts";
import { table as names } from "./names.ts";
import {
  chunkPlace,
  joinPartition,
  joinPlace,
  outputPlace,
  outputPrefix,
  type Place,
  readOutputIndex,
} from "./places.ts";
import { renewRows } from "./renew.ts";
import { expiry, isOver, keyOf, queryPages, type Store, sortKeyOf, termIsOver, termNow } from "./store.ts";

const didNotReport = "NOT contains(finished, :index)";

/** Reports restored at the same time: each may be an object of megabytes. */
const parallelRestores = 32;

export function openJoins(store: Store): Joins {
  return {
    async renew(join, until) {
      const partition = joinPartition(join);
      const { sk: chunk } = chunkPlace(join);
      const { sk: state } = joinPlace(join);
      for (const prefix of [chunk, state, outputPrefix(join)]) await renewRows(store, partition, prefix, until);
    },
    stage: (group, body, expires) => putBody(store, group, chunkPlace(group), body, expires),

    async staged(group) {
      const Key = keyOf(chunkPlace(group));
      // Written once, so a stale read finds the same or nothing; and it is half the price of a strong one.
      const item = (await getItem(store, Key, false)) ?? (await getItem(store, Key, true));
      const stored = item && !isOver(item) ? readBodyAttributes(item) : undefined;
      return stored && restore(store.objects, stored);
    },

    async report(join, index, body, expires) {
      if (body !== undefined) await putBody(store, join, outputPlace(join, index), body, expires);
      return enter(store, join, index, expires);
    },

    async close(join, expires) {
      const change = "SET closed = :true, finished = if_not_exists(finished, :none)";
      const values = { ":true": { BOOL: true }, ":none": { L: [] } };
      return readState(await update(store, join, change, values, expires));
    },

    async reports(join) {
      const reports = new Map<number, string>();
      for await (const all of queryPages(store, joinPartition(join), outputPrefix(join))) {
        const items = all.filter((item) => !isOver(item));
        for (let from = 0; from < items.length; from += parallelRestores) {
          const slice = items.slice(from, from + parallelRestores);
          const bodies = await Promise.all(slice.map((item) => readOutput(store, item)));
          for (const [index, body] of bodies) reports.set(index, body);
        }
      }
      return reports;
    },
  };
}

async function putBody(
  store: Store,
  { execution }: JoinKey,
  place: Place,
  body: string,
  expires: Instant | undefined,
): Promise<void> {
  const stored = await storeBody(store.objects, execution, body);
  const Item = { ...keyOf(place), ...bodyAttributes(stored), ...expiry(expires) };
  await store.dynamodb.send(new PutItemCommand({ TableName: store.table, Item }));
}

async function getItem(store: Store, Key: Item, ConsistentRead: boolean): Promise<Item | undefined> {
  const { Item } = await store.dynamodb.send(new GetItemCommand({ TableName: store.table, Key, ConsistentRead }));
  return Item;
}

async function enter(store: Store, join: JoinKey, index: number, expires: Instant | undefined): Promise<Reported> {
  const number = { N: String(index) };
  const values = { ":none": { L: [] }, ":one": { L: [number] }, ":index": number };
  const change = "SET finished = list_append(if_not_exists(finished, :none), :one)";
  try {
    return { ...readState(await update(store, join, change, values, expires, didNotReport)), repeated: false };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
    return { ...readState(error.Item), repeated: true };
  }
}

/**
 * Answers the item as it is afterwards. One whose term is over is left of an execution that is forgotten, whose name
 * another has taken: it goes first, for the lists of the two are not one.
 */
async function update(
  store: Store,
  join: JoinKey,
  change: string,
  values: Item,
  expires: Instant | undefined,
  condition?: string,
): Promise<Item> {
  const { [names.expires]: until } = expiry(expires);
  const { ExpressionAttributeNames, ExpressionAttributeValues: now } = termNow();
  const where = { TableName: store.table, Key: keyOf(joinPlace(join)) };
  const command = new UpdateItemCommand({
    ...where,
    UpdateExpression: until ? `${change}, #expires = :expires` : change,
    ConditionExpression: [`NOT ${termIsOver}`, ...(condition ? [condition] : [])].join(" AND "),
    ExpressionAttributeNames,
    ExpressionAttributeValues: { ...values, ...now, ...(until ? { ":expires": until } : {}) },
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  try {
    return (await store.dynamodb.send(command)).Attributes ?? {};
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException) || !error.Item || !isOver(error.Item)) throw error;
  }
  await removeOver(store, where);
  return update(store, join, change, values, expires, condition);
}

async function removeOver(store: Store, where: { readonly TableName: string; readonly Key: Item }): Promise<void> {
  try {
    await store.dynamodb.send(new DeleteItemCommand({ ...where, ConditionExpression: termIsOver, ...termNow() }));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

function readState(item: Item): JoinState {
  return {
    finished: (item["finished"]?.L ?? []).map((index) => Number(index.N)),
    closed: item["closed"]?.BOOL === true,
  };
}

async function readOutput(store: Store, item: Item): Promise<readonly [number, string]> {
  const stored = readBodyAttributes(item);
  if (!stored) throw new Error(`report ${sortKeyOf(item)} has no body`);
  return [readOutputIndex(sortKeyOf(item)), await restore(store.objects, stored)];
}
