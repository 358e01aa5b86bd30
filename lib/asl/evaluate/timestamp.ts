/** Timestamps of the States language: RFC 3339 with a capital T, and a capital Z or an offset. */
import type { Instant } from "../position.ts";

export interface Timestamp {
  readonly instant: Instant;
  /** What is finer than a millisecond, in [0, 1) ms. */
  readonly rest: number;
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,30}))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** `undefined`: not a timestamp, or none that exists (February 30th). */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, ...parts] = match;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(0, 6).map(Number);
  const [fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] = parts.slice(6);
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!exists || hour > 23 || minute > 59 || second > 59) return undefined;
  if (Number(offsetHours) > 18 || Number(offsetMinutes) > 59) return undefined;
  const offset = (sign === "-" ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  const digits = fraction.padEnd(3, "0");
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second, Number(digits.slice(0, 3)));
  return { instant: local.getTime() - offset, rest: Number(`0.${digits.slice(3)}0`) };
}

const lenient = /^(\d{4}-\d{2}-\d{2})t(\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(z|[+-]\d{2}:\d{2})$/i;

/** As it is read when a Wait comes to it: small letters will do, and the seconds may be missing (measured). */
export function parseLiveTimestamp(text: string): Timestamp | undefined {
  const [, date, minute, rest = ":00", zone = ""] = lenient.exec(text) ?? [];
  return date === undefined ? parseTimestamp(text) : parseTimestamp(`${date}T${minute}${rest}${zone.toUpperCase()}`);
}

/** Negative, zero or positive, as `a` is before, at or after `b`. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.instant - b.instant || a.rest - b.rest;
}

/** As the context object shows times: a fraction of zero is left out. */
export function writeTimestamp(instant: Instant): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
