/** The register of state machines: one partition for each tenant, sorted by name. Definitions lie in the bucket. */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import type { MachineRecord, Machines, Tenant } from "../../engine/ports.ts";
import { bodyAttributes, type Item, readBodyAttributes, restore, store as storeBody } from "./body.ts";
import { table as names } from "./names.ts";
import { keyOf, nobodyWasFirst, type Store, sortKeyOf } from "./store.ts";

const revisionIsExpected = "revisionId = :expected";

export function openMachines(store: Store): Machines {
  return {
    async create(machine) {
      try {
        const condition = {
          ConditionExpression: nobodyWasFirst,
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        } as const;
        const Item = await machineItem(store, machine);
        await store.dynamodb.send(new PutItemCommand({ TableName: store.table, Item, ...condition }));
        return { kind: "created" };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
        return { kind: "exists", machine: await readMachine(store, machine, error.Item) };
      }
    },
    async replace(machine, expectedRevision) {
      try {
        const command = new PutItemCommand({
          TableName: store.table,
          Item: await machineItem(store, machine),
          ConditionExpression: revisionIsExpected,
          ExpressionAttributeValues: { ":expected": { S: expectedRevision } },
        });
        await store.dynamodb.send(command);
        return "replaced";
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return "changed";
        throw error;
      }
    },
    async remove(machine) {
      try {
        const command = new DeleteItemCommand({
          TableName: store.table,
          Key: machineKey(machine, machine.name),
          ConditionExpression: "createdAt = :createdAt",
          ExpressionAttributeValues: { ":createdAt": { N: String(machine.createdAt) } },
        });
        await store.dynamodb.send(command);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    async find(tenant, name) {
      const { Item } = await store.dynamodb.send(
        new GetItemCommand({ TableName: store.table, Key: machineKey(tenant, name), ConsistentRead: true }),
      );
      return Item && readMachine(store, tenant, Item);
    },
    async list(tenant, limit, after) {
      const { Items, LastEvaluatedKey } = await store.dynamodb.send(
        new QueryCommand({
          TableName: store.table,
          KeyConditionExpression: "#pk = :pk AND #sk > :after",
          ExpressionAttributeNames: { "#pk": names.partitionKey, "#sk": names.sortKey },
          ExpressionAttributeValues: { ":pk": { S: partition(tenant) }, ":after": { S: sortKey(after ?? "") } },
          ConsistentRead: true,
          // One more than asked for tells whether another page follows.
          Limit: limit + 1,
        }),
      );
      const rows = Items ?? [];
      const items = await Promise.all(rows.slice(0, limit).map((row) => readMachine(store, tenant, row)));
      const last = items.at(-1);
      const more = rows.length > limit || LastEvaluatedKey !== undefined;
      return { items, ...(more && last ? { next: last.name } : {}) };
    },
  };
}

function partition({ account, region }: Tenant): string {
  return `machines#${account}/${region}`;
}

/** A sort key is never empty, as the first page's "after" would be. */
function sortKey(name: string): string {
  return `machine#${name}`;
}

function machineKey(tenant: Tenant, name: string): Item {
  return keyOf({ pk: partition(tenant), sk: sortKey(name) });
}

async function machineItem(store: Store, machine: MachineRecord): Promise<Item> {
  const owner = `machines/${machine.account}/${machine.region}/${machine.name}`;
  return {
    ...machineKey(machine, machine.name),
    definitionHash: { S: machine.definitionHash },
    roleArn: { S: machine.roleArn },
    type: { S: machine.type },
    createdAt: { N: String(machine.createdAt) },
    revisionId: { S: machine.revisionId },
    ...bodyAttributes(await storeBody(store.objects, owner, machine.settings)),
  };
}

async function readMachine(store: Store, { account, region }: Tenant, item: Item): Promise<MachineRecord> {
  const settings = readBodyAttributes(item);
  return {
    account,
    region,
    name: sortKeyOf(item).slice(sortKey("").length),
    definitionHash: item["definitionHash"]?.S ?? "",
    roleArn: item["roleArn"]?.S ?? "",
    type: item["type"]?.S === "EXPRESS" ? "EXPRESS" : "STANDARD",
    createdAt: Number(item["createdAt"]?.N),
    revisionId: item["revisionId"]?.S ?? "",
    settings: settings === undefined ? "" : await restore(store.objects, settings),
  };
}
