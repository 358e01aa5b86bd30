/** The table as the adapter needs it, for tests and for servers that speak DynamoDB's protocol. On AWS the stack makes it. */
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { table as names } from "./names.ts";

export function tableDescription(name: string): CreateTableCommandInput {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: "S" as const });
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [names.partitionKey, names.sortKey, names.listPartitionKey, names.listSortKey].map(text),
    KeySchema: keys(names.partitionKey, names.sortKey),
    GlobalSecondaryIndexes: [
      {
        IndexName: names.listIndex,
        KeySchema: keys(names.listPartitionKey, names.listSortKey),
        Projection: { ProjectionType: "ALL" },
      },
    ],
  };
}

function keys(hash: string, range: string): NonNullable<CreateTableCommandInput["KeySchema"]> {
  return [
    { AttributeName: hash, KeyType: "HASH" },
    { AttributeName: range, KeyType: "RANGE" },
  ];
}
