/** Map Runs: an item beside the execution that started each, sorted by the time of their start. */
import {
  ConditionalCheckFailedException,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import type { MapRunEntry, MapRuns } from "../../engine/map-run/ports.ts";
import type { ExecutionId, MapRunId } from "../../engine/ports.ts";
import type { Item } from "./body.ts";
import { executionPartition, mapRunPrefix, padded } from "./places.ts";
import { expiry, isOver, keyOf, readExpiry, type Store, sortKeyOf } from "./store.ts";

/** Milliseconds since 1970 have 13 digits until the year 2286. */
const timeDigits = 15;

export function openMapRuns(store: Store): MapRuns {
  const { dynamodb, table: TableName } = store;

  /** Writes nothing if the condition does not hold. */
  async function putIf(entry: MapRunEntry, condition: Partial<PutItemCommandInput>): Promise<void> {
    try {
      await dynamodb.send(new PutItemCommand({ TableName, Item: itemOf(entry), ...condition }));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  return {
    enter: (entry) => putIf(entry, { ConditionExpression: "attribute_not_exists(pk)" }),

    put: (entry) => putIf(entry, unlessMoreIsSaid(entry)),

    async list(execution, limit, after) {
      const { Items = [] } = await dynamodb.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
          ExpressionAttributeValues: {
            ":pk": { S: executionPartition(execution) },
            ":first": { S: mapRunPrefix },
            ":last": { S: after ?? `${mapRunPrefix}:` },
          },
          ScanIndexForward: false,
          // One more than asked for tells whether another page follows, and BETWEEN includes the last one shown.
          Limit: limit + 2,
          ConsistentRead: true,
        }),
      );
      const rows = Items.filter((item) => sortKeyOf(item) !== after);
      const there = rows.slice(0, limit).filter((item) => !isOver(item));
      const items = there.map((item) => read(execution, item));
      const last = rows[limit - 1];
      return { items, ...(rows.length > limit && last ? { next: sortKeyOf(last) } : {}) };
    },
  };
}

/** An entry of a later epoch stays, and so does an end of the same; in the first epoch there is no attribute of it. */
function unlessMoreIsSaid({ epoch = 0, stoppedAt }: MapRunEntry): Partial<PutItemCommandInput> {
  const values = { ExpressionAttributeValues: { ":epoch": { N: String(epoch) } } };
  if (stoppedAt !== undefined)
    return { ConditionExpression: "attribute_not_exists(epoch) OR epoch <= :epoch", ...values };
  if (epoch === 0) return { ConditionExpression: "attribute_not_exists(epoch) AND attribute_not_exists(stoppedAt)" };
  const isOpenThere = "(epoch = :epoch AND attribute_not_exists(stoppedAt))";
  return { ConditionExpression: `attribute_not_exists(epoch) OR epoch < :epoch OR ${isOpenThere}`, ...values };
}

function itemOf(entry: MapRunEntry): Item {
  const { id, execution, startedAt, stoppedAt, epoch, expires } = entry;
  const sk = `${mapRunPrefix}${padded(startedAt, timeDigits)}#${id}`;
  return {
    ...keyOf({ pk: executionPartition(execution), sk }),
    mapRun: { S: id },
    startedAt: { N: String(startedAt) },
    ...(stoppedAt === undefined ? {} : { stoppedAt: { N: String(stoppedAt) } }),
    ...(epoch === undefined ? {} : { epoch: { N: String(epoch) } }),
    ...expiry(expires),
  };
}

function read(execution: ExecutionId, item: Item): MapRunEntry {
  const stoppedAt = item["stoppedAt"]?.N;
  const epoch = item["epoch"]?.N;
  return {
    id: (item["mapRun"]?.S ?? "") as MapRunId, // written by `itemOf`
    execution,
    startedAt: Number(item["startedAt"]?.N),
    ...(stoppedAt === undefined ? {} : { stoppedAt: Number(stoppedAt) }),
    ...(epoch === undefined ? {} : { epoch: Number(epoch) }),
    ...readExpiry(item),
  };
}
