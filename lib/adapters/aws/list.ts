/**
 * ListExecutions: the newest of a machine, merged from the index's keys (16 for each status). Every key is
 * read from the page's end of the one before, so a page token is nothing but the last execution shown. The
 * index lags a little behind the table; nothing but lists is decided by it.
 */
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import type { ExecutionStatus, ExecutionSummary, Executions, Page } from "../../engine/ports.ts";
import type { Item } from "./body.ts";
import { table as names } from "./names.ts";
import { isOver, type Store } from "./store.ts";
import { listedMachine, listKeyOf, listPartition, listShards, listTime, readSummary, statuses } from "./summary.ts";

type ListQuery = Parameters<Executions["list"]>[0];

/** Sorts before and after every time of start. */
const [oldest, newest] = ["0", ":"];

export async function listExecutions(store: Store, query: ListQuery): Promise<Page<ExecutionSummary>> {
  const { from, until, limit } = query;
  const after = query.after ?? (until === undefined ? newest : listTime(until));
  const since = from === undefined ? oldest : listTime(from);
  if (since > after) return { items: [] }; // which DynamoDB would refuse to look for
  const sources = sourcesOf(query).map((partition) => new Source(store, partition, { since, after, limit }));
  await Promise.all(sources.map((source) => source.fill()));
  const items: Item[] = [];
  while (items.length <= query.limit) {
    const next = newestOf(sources);
    const item = next && (await next.take());
    if (!item) break;
    items.push(item);
  }
  const shown = items.slice(0, query.limit);
  const last = shown.at(-1);
  const there = shown.filter((item) => !isOver(item));
  const summaries = await Promise.all(there.map((item) => readSummary(store, item)));
  return { items: summaries, ...(items.length > query.limit && last ? { next: listKeyOf(last) } : {}) };
}

function sourcesOf({ tenant, machine, mapRun, status }: ListQuery): readonly string[] {
  const wanted = status === undefined ? (Object.keys(statuses) as ExecutionStatus[]) : [status];
  const listed = mapRun ?? listedMachine(tenant, machine);
  return wanted.flatMap((one) => Array.from({ length: listShards }, (_, shard) => listPartition(listed, one, shard)));
}

function newestOf(sources: readonly Source[]): Source | undefined {
  let best: Source | undefined;
  for (const source of sources) {
    if (source.head !== undefined && (best?.head === undefined || listKeyOf(source.head) > listKeyOf(best.head))) {
      best = source;
    }
  }
  return best;
}

interface Stretch {
  /** Sort keys: from this one on … */
  readonly since: string;
  /** … and before that. */
  readonly after: string;
  readonly limit: number;
}

/** One key of the index, read backwards a few items at a time. */
class Source {
  readonly #store: Store;
  readonly #partition: string;
  readonly #page: number;
  readonly #since: string;
  #before: string;
  #items: Item[] = [];
  #ended = false;

  constructor(store: Store, partition: string, { since, after, limit }: Stretch) {
    this.#store = store;
    this.#partition = partition;
    this.#since = since;
    this.#before = after;
    // Hashing spreads a page evenly over the shards; twice its share is rarely too little.
    this.#page = Math.ceil((2 * limit) / listShards) + 1;
  }

  /** The newest item not taken yet; undefined: there is none. */
  get head(): Item | undefined {
    return this.#items[0];
  }

  async take(): Promise<Item | undefined> {
    const item = this.#items.shift();
    if (this.#items.length === 0) await this.fill();
    return item;
  }

  async fill(): Promise<void> {
    if (this.#ended) return;
    const { Items, LastEvaluatedKey } = await this.#store.dynamodb.send(
      new QueryCommand({
        TableName: this.#store.table,
        IndexName: names.listIndex,
        KeyConditionExpression: "#pk = :pk AND #sk BETWEEN :oldest AND :before",
        ExpressionAttributeNames: { "#pk": names.listPartitionKey, "#sk": names.listSortKey },
        ExpressionAttributeValues: {
          ":pk": { S: this.#partition },
          ":oldest": { S: this.#since },
          ":before": { S: this.#before },
        },
        ScanIndexForward: false,
        Limit: this.#page + 1, // BETWEEN includes the one shown last
      }),
    );
    const items = (Items ?? []).filter((item) => listKeyOf(item) < this.#before);
    this.#items = items;
    this.#before = listKeyOf(items.at(-1) ?? {}) || this.#before;
    this.#ended = LastEvaluatedKey === undefined || items.length === 0;
  }
}
