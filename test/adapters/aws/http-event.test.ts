/** What a function answers API Gateway: what Lambda takes, and instead of more an error that says so. */
import { expect, test } from "vitest";
import { resultOf } from "../../../lib/adapters/aws/http-event.ts";

const mostBytes = 6_291_556;

test.each([
  // what                    the body                    is answered
  ["short", "x", 200],
  ["as long as may be", "x".repeat(6_291_400), 200],
  ["longer", "x".repeat(6_300_000), 413],
  ["of quotes", '"'.repeat(3_200_000), 413],
  ["of two bytes each", "ü".repeat(3_200_000), 413],
])("a body that is %s", async (_, body, status) => {
  const answer = await resultOf(new Response(body, { headers: { "x-amzn-requestid": "id" } }));
  expect(answer).toMatchObject({ statusCode: status, headers: { "x-amzn-requestid": "id" } });
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(mostBytes);
  if (status === 413) expect(answer.body).toMatch(/"ResponseTooLarge".*may answer 6291556\. Leave its data out/);
});
