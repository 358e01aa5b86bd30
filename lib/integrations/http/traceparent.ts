/** The trace that a call belongs to, as X-Ray writes it, in the W3C's form, which HTTP endpoints of all kinds read. */
import type { HttpRequest } from "./exchange.ts";

/** https://www.w3.org/TR/trace-context/#traceparent-header; undefined where no span is named to be the parent. */
export function traceparentOf(traceHeader: string): string | undefined {
  const field = (name: string): string => new RegExp(`(?:^|;)\\s*${name}=([^;]*)`).exec(traceHeader)?.[1] ?? "";
  const trace = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(field("Root"));
  const parent = field("Parent");
  if (!trace || !/^[0-9a-f]{16}$/.test(parent)) return undefined;
  return `00-${trace[1]}${trace[2]}-${parent}-${field("Sampled") === "0" ? "00" : "01"}`;
}

/** What the request says by itself stays. */
export function withTrace(request: HttpRequest, traceHeader: string | undefined): HttpRequest {
  const traceparent = traceHeader === undefined ? undefined : traceparentOf(traceHeader);
  const saysItself = Object.keys(request.headers).some((name) => name.toLowerCase() === "traceparent");
  if (traceparent === undefined || saysItself) return request;
  return { ...request, headers: { ...request.headers, traceparent } };
}
