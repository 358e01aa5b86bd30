/**
 * HTTP as the API sees it: what it reads of a request and what it answers, plain objects both. The Fetch API's
 * Request is such a request; its own objects cost more processor time than most operations, so that servers that
 * can do without them do.
 */

export interface HttpRequest {
  readonly method: string;
  /** Whole, with any host: the one that counts stands in the headers. */
  readonly url: string;
  readonly headers: SentHeaders;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/** By name, in any case; values that were sent one by one are joined by ", ". */
export type SentHeaders = Pick<Headers, "get" | "has">;

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is an answer that goes on. */
  readonly body: string | Uint8Array | ReadableStream<Uint8Array> | null;
}

export function jsonAnswer(value: unknown, status = 200): HttpAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

export function toResponse({ status, headers, body }: HttpAnswer): Response {
  // A view of a shared buffer is none to the Fetch API's types.
  return new Response(body instanceof Uint8Array ? new Uint8Array(body) : body, { status, headers });
}
