/** A short run of the fuzzer; `npm run fuzz -- --cases N` is the long one. A failure names its bytes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Came, fuzzCase } from "./cases.ts";

const cases = 4_000;

test(`${cases} cases: nothing is thrown, and half of them run through five states or more`, {
  timeout: 120_000,
}, async () => {
  const came: Came[] = [];
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 400, size: "max" });
  const property = fc.asyncProperty(bytes, async (drawn) => {
    came.push(await fuzzCase(drawn));
  });
  await fc.assert(property, { numRuns: cases, endOnFailure: false });
  const far = came.filter((one) => one.kind === "ran" && one.entered >= 5);
  expect(far.length).toBeGreaterThan(cases / 2);
});
