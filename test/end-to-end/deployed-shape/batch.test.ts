/** What Lambda reads out of a function's answer to a batch, and how much it puts into one. */
import { expect, test } from "vitest";
import { deliverable, failedItems } from "./batch.ts";

const batch = [{ MessageId: "a" }, { MessageId: "b" }];
const all = ["a", "b"];

test.each<[answer: string, failed: string[]]>([
  ["null", []],
  ['""', []],
  ["{}", []],
  ['{"batchItemFailures":null}', []],
  ['{"batchItemFailures":[]}', []],
  ['{"batchItemFailures":[{"itemIdentifier":"b"}]}', ["b"]],
  ['{"batchItemFailures":[{"itemIdentifier":"c"}]}', all],
  ['{"batchItemFailures":[{"itemIdentifier":""}]}', all],
  ['{"batchItemFailures":[{}]}', all],
  ['{"batchItemFailures":"b"}', all],
  ["7", all],
])("%s fails %j", (answer, failed) => {
  expect([...failedItems(answer, batch)]).toEqual(failed);
});

test.each([
  // messages of so many bytes → delivered together
  [[10, 10, 10], 3],
  [[1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000], 6],
  [[7_000_000, 10], 1],
])("of messages with %j bytes %i go into one invocation", (sizes, expected) => {
  const mapping = { queueUrl: "", queueArn: "", region: "", batchSize: 10, partialFailures: true, concurrency: 1 };
  const messages = sizes.map((size) => ({ Body: "x".repeat(size) }));
  expect(deliverable(messages, mapping)).toHaveLength(expected);
});
