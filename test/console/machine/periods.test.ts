/** The parts of time that are counted: whole by the clock, the last one begun, and together no less than the period. */
import { expect, test } from "vitest";
import { type Period, periods, stretchOf } from "../../../console/machine/periods.ts";

const noon = Date.UTC(2026, 10, 27, 12);

test.each<[period: Period, now: number, from: string, until: string]>([
  ["hour", noon, "2026-11-27T11:00:00.000Z", "2026-11-27T12:05:00.000Z"],
  ["hour", noon - 1, "2026-11-27T10:55:00.000Z", "2026-11-27T12:00:00.000Z"],
  ["day", noon + 1, "2026-11-26T12:00:00.000Z", "2026-11-27T13:00:00.000Z"],
  ["week", noon, "2026-11-20T12:00:00.000Z", "2026-11-27T18:00:00.000Z"],
])("%s at %i", (period, now, from, until) => {
  const stretch = stretchOf(period, now);
  expect([stretch.from, stretch.until].map((at) => new Date(at).toISOString())).toEqual([from, until]);
  expect((stretch.until - stretch.from) / stretch.parts).toBe(periods[period].part);
});
