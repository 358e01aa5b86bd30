/**
 * Executions: a name is taken, ended and stopped by one conditional write each. Start and Stop write summary
 * and segment in one transaction, so that neither is ever there without the other.
 */
import { createHash } from "node:crypto";
import {
  type CancellationReason,
  ConditionalCheckFailedException,
  GetItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Executions, Log } from "../../engine/ports.ts";
import type { Item } from "./body.ts";
import { listExecutions } from "./list.ts";
import { readSegment, segmentItem } from "./log.ts";
import { executionPartition, summaryKey } from "./places.ts";
import { renewRows } from "./renew.ts";
import { afterConflicts, isOver, type Store, unlessThere } from "./store.ts";
import { endingUpdate, readSummary, redrivingUpdate, summaryItem, summaryItemKey } from "./summary.ts";

export function openExecutions(store: Store, log: Log): Executions {
  return {
    async start(summary, first) {
      const items = await Promise.all([summaryItem(store, summary), segmentItem(store, first)]);
      const puts = items.map((Item) => ({ Put: { TableName: store.table, Item, ...unlessThere() } }));
      const refusals = await transact(store, puts, tokenOf(items));
      if (refusals === undefined) return { kind: "started" };
      const standing = refusals[0]?.Item;
      if (standing === undefined) throw new Error(`execution ${summary.id} has a first segment but no summary`);
      return { kind: "exists", summary: await readSummary(store, standing) };
    },

    async finish(id, ending) {
      try {
        const update = new UpdateItemCommand(await endingUpdate(store, id, ending));
        await afterConflicts(() => store.dynamodb.send(update));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async stop(id, ending, segment) {
      const [update, Item] = await Promise.all([endingUpdate(store, id, ending), segmentItem(store, segment)]);
      const put = { TableName: store.table, Item, ...unlessThere() };
      const refusals = await transact(store, [{ Update: update }, { Put: put }], tokenOf([Item]));
      if (refusals === undefined) return { kind: "appended" };
      const standing = refusals[1]?.Item;
      if (standing) return { kind: "taken", winner: await readSegment(store, segment.execution, standing) };
      // The summary was ended by somebody else, and nothing happens to it any more: what is left is the segment.
      return log.append(segment);
    },

    async redrive(id, redriving, segment) {
      const Item = await segmentItem(store, segment);
      const put = { TableName: store.table, Item, ...unlessThere() };
      const refusals = await transact(
        store,
        [{ Update: redrivingUpdate(store, id, redriving) }, { Put: put }],
        tokenOf([Item]),
      );
      if (refusals === undefined) return { kind: "appended" };
      const standing = refusals[1]?.Item;
      if (standing) return { kind: "taken", winner: await readSegment(store, segment.execution, standing) };
      throw new Error(`execution ${id} has not ended in the epoch before ${redriving.epoch}`);
    },

    renew: (id, until) => renewRows(store, executionPartition(id), summaryKey, until),

    async find(id) {
      const { Item } = await store.dynamodb.send(
        new GetItemCommand({ TableName: store.table, Key: summaryItemKey(id), ConsistentRead: true }),
      );
      return Item && !isOver(Item) ? readSummary(store, Item) : undefined;
    },

    list: (query) => listExecutions(store, query),
  };
}

/**
 * For ten minutes DynamoDB answers the same transaction with the same token as it did the first time. A
 * segment holds its writer's nonce, so the token is the caller's own, and a lost answer is found again.
 */
function tokenOf(items: readonly Item[]): string {
  const longestToken = 36;
  return createHash("sha256").update(JSON.stringify(items)).digest("hex").slice(0, longestToken);
}

/** Undefined: all was written. Else nothing was, and the reasons stand in the order of the writes. */
async function transact(
  store: Store,
  writes: TransactWriteItem[],
  token: string,
): Promise<readonly CancellationReason[] | undefined> {
  const command = new TransactWriteItemsCommand({ TransactItems: writes, ClientRequestToken: token });
  try {
    await afterConflicts(() => store.dynamodb.send(command));
    return undefined;
  } catch (error) {
    const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
    if (reasons.some((reason) => reason.Code === "ConditionalCheckFailed")) return reasons;
    throw error;
  }
}
