/** The list of activities where DynamoDB ends a page before its limit. */
import { DynamoDBClient, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { openActivities } from "../../../lib/adapters/aws/activities.ts";
import type { Objects } from "../../../lib/adapters/aws/body.ts";

const tenant = { account: "111122223333", region: "eu-north-1" };

/** Activities a, b, c …, of which a page holds two, however many are asked for. */
function cutShort(names: string): DynamoDBClient {
  const dynamodb = new DynamoDBClient({ region: "eu-north-1" });
  dynamodb.middlewareStack.add(
    () => async (call) => {
      const { ExpressionAttributeValues: values } = call.input as QueryCommandInput;
      const after = values?.[":after"]?.S ?? "";
      const left = [...names].map((name) => `activity#${name}`).filter((sk) => sk > after);
      const Items = left.slice(0, 2).map((sk) => ({ sk: { S: sk }, createdAt: { N: "1" }, settings: { S: "{}" } }));
      const cut = left.length > 2 && { LastEvaluatedKey: Items[1] };
      return { output: { $metadata: {}, Items, ...cut }, response: {} };
    },
    { step: "initialize" },
  );
  return dynamodb;
}

test.each(["", "a", "ab", "abc", "abcdef"])("of the activities '%s' none is left out", async (names) => {
  const objects = {} as Objects; // none is large
  const { list } = openActivities({ dynamodb: cutShort(names), table: "t", objects });
  let found = "";
  for (let after: string | undefined, pages = 0; pages < 9; pages++) {
    const page = await list(tenant, 100, after);
    found += page.items.map(({ name }) => name).join("");
    after = page.next;
    if (after === undefined) break;
  }
  expect(found).toBe(names);
});
