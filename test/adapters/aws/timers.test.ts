/** Where a timer's row is put, however far away it is due. */
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test, vi } from "vitest";
import type { Objects } from "../../../lib/adapters/aws/body.ts";
import type { Outbox } from "../../../lib/adapters/aws/outbox.ts";
import { openTimers } from "../../../lib/adapters/aws/timers.ts";

async function keyOf(notBefore: number): Promise<string | undefined> {
  const dynamodb = new DynamoDBClient({ region: "us-east-1" });
  const send = vi.spyOn(dynamodb, "send").mockImplementation(async () => ({}));
  const timers = openTimers({ dynamodb, table: "t", objects: {} as Objects }, {} as Outbox); // neither is needed to set one
  await timers.set({ lane: "flow", group: "g", body: "{}", notBefore }, "id");
  const [command] = send.mock.calls[0] ?? [];
  return command instanceof PutItemCommand ? command.input.Item?.["sk"]?.S : undefined;
}

test.each([
  // due                        sorts as
  [1_795_846_967_312, "001795846967312#id"],
  [253_402_300_799_999, "253402300799999#id"],
  // A Wait whose SecondsPath leads to milliseconds.
  [1_797_642_814_279_312, "999999999999999#id"],
  [9.2e21, "999999999999999#id"],
])("due at %d: %s", async (notBefore, expected) => {
  expect(await keyOf(notBefore)).toBe(expected);
});
