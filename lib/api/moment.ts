/** A moment in a request of REST, in ISO 8601. */
import type { Instant } from "../asl/position.ts";
import { validationFailed } from "./refusal.ts";
import { text } from "./shape.ts";

export const momentText = text({ min: 1, max: 40 });

const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

export function readMoment(value: string, member: string): Instant {
  const at = form.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(at)) return Math.max(0, at);
  throw validationFailed([
    `Value '${value}' at '${member}' failed to satisfy constraint: Member must be a moment in ISO 8601, such as 2026-01-02T03:04:05Z`,
  ]);
}
