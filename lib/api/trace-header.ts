/**
 * The trace that a request belongs to: X-Ray's own header, or the W3C's, written as X-Ray writes it, since that is
 * the form in which it travels on.
 */

import type { SentHeaders } from "./http.ts";

/** As the service limits it. */
const longest = 256;

/** Undefined: the request names none that can be read. */
export function traceHeaderOf(headers: SentHeaders): string | undefined {
  const own = headers.get("x-amzn-trace-id");
  if (own !== null && own.length <= longest && /^[\x20-\x7e]+$/.test(own)) return own;
  return fromTraceparent(headers.get("traceparent") ?? "");
}

/** https://www.w3.org/TR/trace-context/#traceparent-header; ids of nothing but zeros are none. */
function fromTraceparent(text: string): string | undefined {
  const [, trace, parent, flags] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/.exec(text) ?? [];
  if (trace === undefined || parent === undefined || flags === undefined) return undefined;
  if (text.startsWith("ff") || /^0+$/.test(trace) || /^0+$/.test(parent)) return undefined;
  const sampled = Number.parseInt(flags, 16) & 1;
  return `Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Parent=${parent};Sampled=${sampled}`;
}
