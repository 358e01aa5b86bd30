/** The latest heartbeat of a claim: one item each, which only a later beat changes. */
import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Heartbeats } from "../../engine/ports.ts";
import { beatPlace } from "./places.ts";
import { expiry, isOver, keyOf, type Store } from "./store.ts";

const isLater = "attribute_not_exists(lastBeat) OR lastBeat < :at";

export function openHeartbeats(store: Store): Heartbeats {
  return {
    async beat(claim, at, expires) {
      const lastBeat = { N: String(at) };
      try {
        const command = new PutItemCommand({
          TableName: store.table,
          Item: { ...keyOf(beatPlace(claim)), lastBeat, ...expiry(expires) },
          ConditionExpression: isLater,
          ExpressionAttributeValues: { ":at": lastBeat },
        });
        await store.dynamodb.send(command);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    async last(claim) {
      const Key = keyOf(beatPlace(claim));
      const { Item } = await store.dynamodb.send(
        new GetItemCommand({ TableName: store.table, Key, ConsistentRead: true }),
      );
      const lastBeat = Item && !isOver(Item) ? Item["lastBeat"]?.N : undefined;
      return lastBeat === undefined ? undefined : Number(lastBeat);
    },
  };
}
