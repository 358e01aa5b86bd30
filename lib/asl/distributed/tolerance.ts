/**
 * How many failed items a Map Run bears: a count, a share of all items, or both, and then each must hold. Where
 * the state says nothing, none. https://docs.aws.amazon.com/step-functions/latest/dg/maprun-fail-threshold.html
 */
import { type JsonText, objectOf, type Value, writeJson } from "../json.ts";
import type { Failure, Outcome } from "../position.ts";

export interface Tolerance {
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
}

export const toleranceExceeded: Failure = {
  error: "States.ExceedToleratedFailureThreshold",
  cause: "The specified tolerated failure threshold was exceeded",
};

/**
 * `total`: of all items; undefined while it is not known, so that no share can be told yet. Beside the other one, a
 * threshold of 0 counts as none (measured).
 */
export function exceedsTolerance(tolerance: Tolerance, failed: number, total: number | undefined): boolean {
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = tolerance;
  if (!count && !percentage) return failed > 0;
  if (count && failed > count) return true;
  return Boolean(percentage) && total !== undefined && failed * 100 > Number(percentage) * total;
}

/** What stands among the results for a child that did not succeed and was borne (measured). */
export function inItsPlace({ status, failure }: Exclude<Outcome, { status: "SUCCEEDED" }>): JsonText {
  const members: readonly (readonly [string, Value | undefined])[] = [
    ["Status", status],
    ["Error", failure.error],
    ["Cause", failure.cause],
  ];
  return writeJson(objectOf(members.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))));
}
