/** The arithmetic of a million transitions, and the payloads it is made with. */
import { describe, expect, test } from "vitest";
import { noiseOf, orderOf } from "../../bench/costs/payload.ts";
import { standingCosts } from "../../bench/costs/standing.ts";
import { billOf, type PricedExecution } from "../../lib/cli/cost/bill.ts";

const usual: PricedExecution = {
  states: 10,
  tasks: 2,
  writeUnits: 20,
  readUnits: 2,
  apiStarts: 1,
  messages: 11,
  apiMessages: 2,
  messageBytes: 11 * 1_000,
  objectWrites: 0,
  objectReads: 0,
  storedBytes: 10_000,
};

function usdOf(execution: PricedExecution, batch: number, what: string): number {
  const { lines } = billOf(execution, batch);
  return lines.filter((line) => line.what === what).reduce((sum, { usd }) => sum + usd, 0);
}

const large = { ...usual, messageBytes: 11 * 10_000 };

test.each<[what: string, execution: PricedExecution, batch: number, usd: number, because: string]>([
  ["DynamoDB writes", usual, 10, 1.25, "100,000 x 20 x 0.625 / 10^6"],
  ["DynamoDB writes", usual, 1, 1.25, "batches save no writes"],
  ["DynamoDB reads", usual, 10, 0.025, "100,000 x 2 x 0.125 / 10^6"],
  ["SQS sends", usual, 10, 0.145, "2 by the API, 9 in batches of ten: 2.9"],
  ["SQS sends", usual, 1, 0.55, "11"],
  ["SQS sends", large, 10, 0.19, "ten of 10 KB are two chunks of 64 KiB: 2 + 0.9 x 2"],
  ["SQS receives", usual, 10, 0.055, "1.1"],
  ["SQS receives", large, 10, 0.11, "1.1 x 2"],
  ["SQS deletions", usual, 10, 0.065, "11 by Lambda and 2 by the task worker, in tens"],
  ["SQS deletions", large, 10, 0.065, "a deletion carries no payload"],
  ["Lambda requests", usual, 10, 0.042, "0.9 + 0.2 + 1"],
  ["Lambda requests", usual, 1, 0.24, "9 + 2 + 1"],
  ["Lambda, flow", usual, 10, 0.054, "9 x (2 + 7) ms x 0.5 GB"],
  ["Lambda, tasks", usual, 10, 0.0373, "2 x (14 + 14) ms x 0.5 GB: ten wait together"],
  ["Lambda, tasks", usual, 1, 0.2053, "2 x (140 + 14) ms x 0.5 GB"],
  ["HTTP API", usual, 10, 0.1, "100,000 starts"],
  ["S3 writes", { ...usual, objectWrites: 2 }, 10, 1, "200,000 x 5 / 10^6"],
  ["S3 writes", usual, 10, 0, "none where none were counted"],
])("%s of %o in batches of %i: %f USD", (what, execution, batch, usd) => {
  expect(usdOf(execution, batch, what)).toBeCloseTo(usd, 4);
});

test("the bill is the sum of its lines, and a shorter machine pays more for its start", () => {
  const bill = billOf(usual, 10);
  expect(bill.lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(bill.usd, 10);
  expect(billOf({ ...usual, states: 5 }, 10).usd).toBeCloseTo(bill.usd * 2, 10);
});

test("storage stands apart: 1 GB for four months at 0.45 USD", () => {
  expect(billOf(usual, 10).storageUsd).toBeCloseTo(1.8, 10);
});

test("an idle installation costs a few dollars a month", () => {
  const sum = standingCosts().reduce((total, { usd }) => total + usd, 0);
  expect(sum).toBeGreaterThan(1);
  expect(sum).toBeLessThan(5);
});

describe("payloads have exactly the length asked for", () => {
  test.each([200, 1_000, 4_000])("%i bytes", (bytes) => {
    expect(Buffer.byteLength(orderOf(bytes))).toBe(bytes);
    expect(Buffer.byteLength(noiseOf(bytes))).toBe(bytes);
    expect(JSON.parse(orderOf(bytes, 1))).not.toEqual(JSON.parse(orderOf(bytes, 2)));
  });
});
