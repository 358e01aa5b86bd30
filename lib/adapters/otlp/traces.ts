/**
 * Traces to an OpenTelemetry collector: OTLP over HTTP as JSON, sent a batch at a time. Nobody waits for it where
 * the process lives on, and nothing fails of it: what cannot be delivered is reported and let go of.
 */
import type { Span, Traces } from "../../engine/watch-port.ts";
import type { OtlpSettings } from "./settings.ts";

export interface OtlpTraces extends Traces {
  /** Sends what is left, each batch is tried once more; what is not sent within seconds is let go of. */
  close(): Promise<void>;
}

export interface OtlpOptions {
  /**
   * How long spans are held back so that they go together, in milliseconds. 0: `write` resolves when they are
   * sent or were tried twice, for functions that are frozen when they have answered. Default: a second.
   */
  readonly lingerMilliseconds?: number;
  /** Told in a sentence what is not sent, and why; default: standard error. */
  readonly report?: (problem: string) => void;
  /** How long a batch waits before it is tried again: twice as long each time. Default: a second. */
  readonly pauseMilliseconds?: number;
  /** How long closing may take, in milliseconds: who stops a container waits ten seconds for all of it. Default: three seconds. */
  readonly graceMilliseconds?: number;
}

const spansInOne = 512;
/** What waits for a collector that does not answer; beyond it spans are dropped. */
const mostWaiting = 16_384;
const mostTries = 4;
/** These may pass: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function otlpTraces(settings: OtlpSettings, options: OtlpOptions = {}): OtlpTraces {
  const { lingerMilliseconds = 1_000, pauseMilliseconds = 1_000, graceMilliseconds = 3_000 } = options;
  const report = options.report ?? ((problem: string) => console.error(problem));
  const waiting: Span[] = [];
  const closing = new AbortController();
  const over = new AbortController();
  if (lingerMilliseconds === 0) closing.abort(); // somebody waits for it, so that it is not patient
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, spansInOne);
      const problem = await deliver(settings, batch, pauseMilliseconds, { closing: closing.signal, over: over.signal });
      if (problem) report(`${inAll(batch.length)} could not be sent: ${problem}`);
      if (over.signal.aborted) dropped += waiting.splice(0).length;
    }
    if (dropped > 0) report(`${inAll(dropped)} dropped: ${settings.url} takes them too slowly`);
    dropped = 0;
    sending = undefined;
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    sending ??= drain();
    return sending;
  };
  return {
    async write(spans) {
      const room = Math.max(0, mostWaiting - waiting.length);
      waiting.push(...spans.slice(0, room));
      dropped += Math.max(0, spans.length - room);
      if (lingerMilliseconds === 0) await flush();
      else if (waiting.length >= spansInOne) void flush();
      else timer ??= setTimeout(() => void flush(), lingerMilliseconds).unref();
    },
    async close() {
      closing.abort();
      const timer = setTimeout(() => over.abort(), graceMilliseconds);
      await sending;
      await flush();
      clearTimeout(timer);
    },
  };
}

function inAll(spans: number): string {
  return spans === 1 ? "1 span" : `${spans} spans`;
}

interface Ending {
  /** The process is about to end: a second try has to do. */
  readonly closing: AbortSignal;
  /** Nothing is sent any more. */
  readonly over: AbortSignal;
}

/** Undefined: it is there. */
async function deliver(
  settings: OtlpSettings,
  batch: readonly Span[],
  pause: number,
  { closing, over }: Ending,
): Promise<string | undefined> {
  const body = JSON.stringify(requestOf(batch, settings.resource));
  for (let tries = 1; ; tries += 1) {
    const problem = await post(settings, body, over);
    if (problem === undefined) return undefined;
    if (!problem.passes || tries >= mostTries || (closing.aborted && tries > 1) || over.aborted) return problem.text;
    await sleep(Math.max(pause * 2 ** (tries - 1), problem.after), closing);
  }
}

interface Problem {
  readonly text: string;
  /** It may be otherwise in a moment. */
  readonly passes: boolean;
  /** Milliseconds that the collector asks for. */
  readonly after: number;
}

const longestAfter = 30_000;

async function post(settings: OtlpSettings, body: string, over: AbortSignal): Promise<Problem | undefined> {
  const { url, headers, timeoutMilliseconds } = settings;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMilliseconds), over]),
    });
    const text = await answer.text();
    if (answer.ok) return undefined;
    const after = Math.min((Number(answer.headers.get("retry-after")) || 0) * 1_000, longestAfter);
    return {
      text: `${url} answered ${answer.status}: ${text.slice(0, 200)}`,
      passes: passing.has(answer.status),
      after,
    };
  } catch (error) {
    return { text: unanswered(settings, error), passes: true, after: 0 };
  }
}

function unanswered({ url, timeoutMilliseconds }: OtlpSettings, error: unknown): string {
  const { name, cause } = error as Error; // fetch rejects with nothing else
  if (name === "AbortError") return `${url} had not answered when the process was to end`;
  if (name === "TimeoutError") return `${url} has not answered within ${timeoutMilliseconds / 1_000} s`;
  const { code, message } = (cause ?? error) as { readonly code?: string; readonly message?: string };
  return `${url} cannot be reached (${code ?? message})`;
}

/** Ends at once when the process is about to. */
function sleep(milliseconds: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds).unref();
    const wake = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (until.aborted) wake();
    else until.addEventListener("abort", wake, { once: true });
  });
}

const kinds = { internal: 1, server: 2, client: 3 } as const;
const failedStatus = 2;

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: ids in hexadecimal, 64-bit numbers as text. */
function requestOf(spans: readonly Span[], resource: OtlpSettings["resource"]): object {
  const scopeSpans = [{ scope: { name: "baton" }, spans: spans.map(spanOf) }];
  return { resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans }] };
}

function spanOf({ kind, startedAt, endedAt, attributes, failure, ...names }: Span): object {
  return {
    ...names,
    kind: kinds[kind],
    startTimeUnixNano: nanoseconds(startedAt),
    endTimeUnixNano: nanoseconds(endedAt),
    attributes: attributesOf({ ...attributes, ...(failure && { "error.type": failure.error }) }),
    ...(failure && { status: { code: failedStatus, message: failure.cause ?? failure.error } }),
  };
}

function nanoseconds(at: number): string {
  return `${Math.round(at)}000000`;
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { intValue: String(value) },
  }));
}
