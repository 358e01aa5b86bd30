/**
 * Activities: one partition for each tenant, sorted by name, and one for each activity with the claims that
 * wait for its workers, oldest first. An offer is a hint, so it is read weakly and removed without conditions.
 */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import type { Activities, ActivityName, ActivityRecord, Offer } from "../../engine/activity-port.ts";
import type { ExecutionId, Tenant } from "../../engine/ports.ts";
import type { Item } from "./body.ts";
import { table as names } from "./names.ts";
import { type Place, padded } from "./places.ts";
import { expiry, keyOf, nobodyWasFirst, type Store, sortKeyOf } from "./store.ts";

const settingsAreExpected = "settings = :expected";

export function openActivities(store: Store): Activities {
  const { dynamodb, table: TableName } = store;
  return {
    async create(activity) {
      try {
        const ifNew = {
          ConditionExpression: nobodyWasFirst,
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        } as const;
        await dynamodb.send(new PutItemCommand({ TableName, Item: itemOf(activity), ...ifNew }));
        return { kind: "created" };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
        return { kind: "exists", activity: read(activity, error.Item) };
      }
    },

    async replace(activity, expected) {
      try {
        const ifExpected = {
          ConditionExpression: settingsAreExpected,
          ExpressionAttributeValues: { ":expected": { S: expected } },
        };
        await dynamodb.send(new PutItemCommand({ TableName, Item: itemOf(activity), ...ifExpected }));
        return "replaced";
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return "changed";
        throw error;
      }
    },

    async remove(activity) {
      await dynamodb.send(new DeleteItemCommand({ TableName, Key: keyOf(place(activity)) }));
    },

    async find(activity) {
      const Key = keyOf(place(activity));
      const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return Item && read(activity, Item);
    },

    async list(tenant, limit, after) {
      const { pk, sk } = place({ ...tenant, name: after ?? "" });
      // One more than asked for tells whether another page follows.
      const { rows, isCut } = await query(store, pk, sk, limit + 1, true);
      const items = rows.slice(0, limit).map((row) => read(tenant, row));
      const last = items.at(-1);
      return { items, ...((rows.length > limit || isCut) && last ? { next: last.name } : {}) };
    },

    async offer(activity, offer, expires) {
      const claim = { S: JSON.stringify(offer.claim) };
      const Item = { ...keyOf(offerPlace(activity, offer)), claim, at: { N: String(offer.at) }, ...expiry(expires) };
      await dynamodb.send(new PutItemCommand({ TableName, Item }));
    },

    async offers(activity, limit) {
      return (await query(store, offersOf(activity), firstOffer, limit, false)).rows.map(readOffer);
    },

    async withdraw(activity, offer) {
      await dynamodb.send(new DeleteItemCommand({ TableName, Key: keyOf(offerPlace(activity, offer)) }));
    },
  };
}

interface Rows {
  readonly rows: readonly Item[];
  /** More follow: DynamoDB ends a page at the limit or, with long tags, at a megabyte. */
  readonly isCut: boolean;
}

async function query(store: Store, pk: string, after: string, Limit: number, strong: boolean): Promise<Rows> {
  const { Items = [], LastEvaluatedKey } = await store.dynamodb.send(
    new QueryCommand({
      TableName: store.table,
      KeyConditionExpression: "#pk = :pk AND #sk > :after",
      ExpressionAttributeNames: { "#pk": names.partitionKey, "#sk": names.sortKey },
      ExpressionAttributeValues: { ":pk": { S: pk }, ":after": { S: after } },
      ConsistentRead: strong,
      Limit,
    }),
  );
  return { rows: Items, isCut: LastEvaluatedKey !== undefined };
}

/** Sorts before every moment. */
const firstOffer = "0";
const timeDigits = 15;
const prefix = "activity#";

function place({ account, region, name }: ActivityName): Place {
  return { pk: `activities#${account}/${region}`, sk: prefix + name };
}

function offersOf({ account, region, name }: ActivityName): string {
  return `offers#${account}/${region}/${name}`;
}

function offerPlace(activity: ActivityName, { claim, at }: Offer): Place {
  const { execution, branch, seq } = claim;
  return { pk: offersOf(activity), sk: `${padded(at, timeDigits)}#${execution}#${branch}#${seq}` };
}

function itemOf(activity: ActivityRecord): Item {
  const { createdAt, settings } = activity;
  return { ...keyOf(place(activity)), createdAt: { N: String(createdAt) }, settings: { S: settings } };
}

function read({ account, region }: Tenant, item: Item): ActivityRecord {
  return {
    account,
    region,
    name: sortKeyOf(item).slice(prefix.length),
    createdAt: Number(item["createdAt"]?.N),
    settings: item["settings"]?.S ?? "",
  };
}

/** Written by `offer`. */
function readOffer(item: Item): Offer {
  const { execution, branch, seq } = JSON.parse(item["claim"]?.S ?? "{}");
  return { claim: { execution: execution as ExecutionId, branch, seq }, at: Number(item["at"]?.N) };
}
