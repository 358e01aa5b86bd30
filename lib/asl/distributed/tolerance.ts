/**
 * How many failed items a Map Run bears: a count, a share of all items, or both, and then each must hold. Where
 * the state says nothing, none. https://docs.aws.amazon.com/step-functions/latest/dg/maprun-fail-threshold.html
 */
import type { Failure } from "../position.ts";

export interface Tolerance {
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
}

export const toleranceExceeded: Failure = {
  error: "States.ExceedToleratedFailureThreshold",
  cause: "The specified tolerated failure threshold was exceeded",
};

/** `total`: of all items; undefined while it is not known, so that no share can be told yet. */
export function exceedsTolerance(tolerance: Tolerance, failed: number, total: number | undefined): boolean {
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = tolerance;
  if (count === undefined && percentage === undefined) return failed > 0;
  if (count !== undefined && failed > count) return true;
  return percentage !== undefined && total !== undefined && failed * 100 > percentage * total;
}
