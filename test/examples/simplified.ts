/**
 * Histories for reading and comparing: without times, payload texts parsed, and values that differ from
 * run to run (request ids, traces, task tokens, HTTP metadata) replaced by their name in angle brackets.
 */

type Event = Readonly<Record<string, unknown>>;

const volatile: ReadonlySet<string> = new Set([
  "SdkHttpMetadata",
  "SdkResponseMetadata",
  "roleArn",
  "taskToken",
  "trace",
  "requestId",
]);
const payloads: ReadonlySet<string> = new Set(["input", "output", "parameters", "cause", "Cause"]);

export function simplifiedHistory(events: readonly object[]): readonly Event[] {
  return events.map((event) => {
    const { timestamp: _, ...rest } = Object.fromEntries(Object.entries(event));
    return withoutVolatile(rest, "") as Event;
  });
}

/** A payload's text, parsed if it is JSON. */
export function simplified(text: string): unknown {
  return withoutVolatile(parsed(text), "");
}

/**
 * What two runs of concurrent branches have in common: the events without their numbers, in any order.
 * Order within a branch is the business of tests that know the branches.
 */
export function inAnyOrder(history: readonly unknown[]): readonly string[] {
  return history.map((event) => JSON.stringify(sorted(event, ["id", "previousEventId"]))).sort();
}

function withoutVolatile(value: unknown, name: string): unknown {
  if (volatile.has(name)) return `<${name}>`;
  if (typeof value === "string")
    return payloads.has(name) ? simplified(value) : value.replace(requestId, "<requestId>");
  if (Array.isArray(value)) return value.map((item) => withoutVolatile(item, ""));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutVolatile(item, key)]));
}

const requestId = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** With members in one order, and without some at the top. */
function sorted(value: unknown, leaveOut: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !leaveOut.includes(key));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
