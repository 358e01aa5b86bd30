/** Traces on their way to a collector of this process, which reads OTLP as strictly as the protocol is. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type OtlpSettings, otlpSettings } from "../../../lib/adapters/otlp/settings.ts";
import { type OtlpOptions, otlpTraces } from "../../../lib/adapters/otlp/traces.ts";
import type { Span } from "../../../lib/engine/watch-port.ts";

interface Received {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly spans: readonly ReceivedSpan[];
  readonly resource: Readonly<Record<string, unknown>>;
}

interface ReceivedSpan {
  readonly traceId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

const received: Received[] = [];
/** Answers of the collector, in order; then it takes everything. */
const answers: ((answer: ServerResponse) => void)[] = [];
let server: Server;
let base = "";

beforeAll(async () => {
  server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const next = answers.shift();
      if (next) next(answer);
      else {
        received.push({ url: request.url, headers: request.headers, ...parse(Buffer.concat(chunks).toString("utf8")) });
        answer.writeHead(200, { "content-type": "application/json" }).end("{}");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  received.length = 0;
  answers.length = 0;
});

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function parse(body: string): Pick<Received, "spans" | "resource"> {
  const { resourceSpans, ...others } = JSON.parse(body);
  expect(others).toEqual({});
  expect(resourceSpans).toHaveLength(1);
  const [{ resource, scopeSpans }] = resourceSpans;
  const spans = scopeSpans.flatMap((scope: { spans: ReceivedSpan[] }) => scope.spans);
  const malformed = spans.filter(
    ({ traceId, spanId, kind, startTimeUnixNano, endTimeUnixNano }: ReceivedSpan) =>
      !/^[0-9a-f]{32}$/.test(traceId) ||
      !/^[0-9a-f]{16}$/.test(String(spanId)) ||
      ![1, 2, 3].includes(Number(kind)) ||
      ![startTimeUnixNano, endTimeUnixNano].every((time) => typeof time === "string" && /^\d{1,19}$/.test(time)),
  );
  expect(malformed).toEqual([]);
  const known = spans.map((span: ReceivedSpan) => ({ ...span, attributes: valuesOf(span.attributes) }));
  return { spans: known, resource: valuesOf(resource.attributes) };
}

function valuesOf(attributes: unknown): Record<string, unknown> {
  const list = attributes as { key: string; value: { stringValue?: string; intValue?: string } }[];
  return Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]));
}

const span: Span = {
  traceId: "5759e988bd862e3fe1be46a994272793",
  spanId: "53995c3f42cd8ad8",
  name: "Charge",
  kind: "client",
  startedAt: 1_700_000_000_123,
  endedAt: 1_700_000_001_000,
  attributes: { "aws.step_functions.state.name": "Charge", "aws.step_functions.state.attempt": 2 },
  failure: { error: "Declined", cause: "no money" },
};

function open(options: OtlpOptions = {}, env: Record<string, string> = {}) {
  const settings = otlpSettings(env, base) as OtlpSettings; // the endpoint is given
  const problems: string[] = [];
  const report = (problem: string) => void problems.push(problem);
  return { problems, traces: otlpTraces(settings, { pauseMilliseconds: 1, report, ...options }) };
}

const refuse =
  (status: number, headers: Record<string, string> = {}) =>
  (answer: ServerResponse) => {
    answer.writeHead(status, headers).end("not now");
  };

describe("what is sent", () => {
  test("a span with all that is known of it", async () => {
    const { traces, problems } = open(
      {},
      { OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b,x-two=2", OTEL_SERVICE_NAME: "shop" },
    );
    const { failure: _, ...fine } = span;
    await traces.write([span, { ...fine, spanId: "0000000000000001", parentSpanId: span.spanId }]);
    await traces.close();
    expect(problems).toEqual([]);
    expect(received).toMatchObject([
      {
        url: "/v1/traces",
        headers: { "content-type": "application/json", "x-key": "a b", "x-two": "2" },
        resource: { "service.name": "shop" },
      },
    ]);
    expect(received[0]?.spans[0]).toEqual({
      traceId: span.traceId,
      spanId: span.spanId,
      name: "Charge",
      kind: 3,
      startTimeUnixNano: "1700000000123000000",
      endTimeUnixNano: "1700000001000000000",
      attributes: { ...span.attributes, "error.type": "Declined" },
      status: { code: 2, message: "no money" },
    });
    expect(received[0]?.spans[1]).toMatchObject({ parentSpanId: span.spanId, attributes: span.attributes });
    expect(received[0]?.spans[1]).not.toHaveProperty("status");
  });

  test("many executions go together, in batches", async () => {
    const { traces } = open();
    for (let times = 0; times < 600; times += 1) await traces.write([span, span]);
    await traces.close();
    const sizes = received.map(({ spans }) => spans.length);
    expect(Math.max(...sizes)).toBe(512);
    expect(sizes.reduce((a, b) => a + b)).toBe(1_200);
  });

  test("without holding back, a write resolves when it is sent", async () => {
    const { traces } = open({ lingerMilliseconds: 0 });
    await traces.write([span]);
    expect(received).toHaveLength(1);
  });
});

describe("a collector that does not take it", () => {
  test.each([
    ["that is busy is asked again", [refuse(503), refuse(429, { "retry-after": "0" })], 1, []],
    ["that refuses is not asked again", [refuse(400)], 0, ["answered 400: not now"]],
    ["that hangs up is asked again", [(answer: ServerResponse) => void answer.destroy()], 1, []],
    ["that stays busy is given up", Array(4).fill(refuse(503)), 0, ["answered 503: not now"]],
  ])("%s", async (_, refusals, deliveries, complaints) => {
    answers.push(...refusals);
    const { traces, problems } = open({ lingerMilliseconds: 1 });
    await traces.write([span]);
    await expect
      .poll(() => [answers.length, received.length, problems.length])
      .toEqual([0, deliveries, complaints.length]);
    for (const [index, complaint] of complaints.entries()) expect(problems[index]).toContain(complaint);
    await traces.close();
  });

  test("holds up nobody: what does not fit is dropped, and that is said", async () => {
    let release: (() => void) | undefined;
    answers.push((answer) => {
      release = () => answer.writeHead(200).end("{}");
    });
    const { traces, problems } = open();
    for (let times = 0; times < 40; times += 1) await traces.write(Array(512).fill(span));
    await expect.poll(() => release).toBeDefined();
    release?.();
    await traces.close();
    expect(problems).toEqual([expect.stringMatching(/^\d+ spans dropped: /)]);
    expect(received.every(({ spans }) => spans.length === 512)).toBe(true);
  });

  test("that cannot be reached is reported when the process ends", async () => {
    const settings = otlpSettings({}, "http://127.0.0.1:1") as OtlpSettings; // the endpoint is given
    const problems: unknown[] = [];
    const traces = otlpTraces(settings, { pauseMilliseconds: 60_000, report: (error) => problems.push(error) });
    await traces.write([span]);
    await traces.close();
    expect(problems).toEqual(["1 span could not be sent: http://127.0.0.1:1/v1/traces cannot be reached (bad port)"]);
  });

  test("that never answers is given up, and what it was to get is dropped when the process ends", async () => {
    answers.push(...Array(4).fill(() => {}));
    const { traces, problems } = open({ graceMilliseconds: 50 }, { OTEL_EXPORTER_OTLP_TIMEOUT: "30000" });
    for (let times = 0; times < 3; times += 1) await traces.write(Array(512).fill(span));
    await traces.close();
    expect(problems).toEqual([
      `512 spans could not be sent: ${base}/v1/traces had not answered when the process was to end`,
      `1024 spans dropped: ${base}/v1/traces takes them too slowly`,
    ]);
  });

  test("that takes longer than its time-out is told so", async () => {
    answers.push(...Array(4).fill(() => {}));
    const { traces, problems } = open({}, { OTEL_EXPORTER_OTLP_TIMEOUT: "20" });
    await traces.write([span]);
    await traces.close();
    expect(problems).toEqual([`1 span could not be sent: ${base}/v1/traces has not answered within 0.02 s`]);
  });
});

describe("settings", () => {
  test.each<[Record<string, string>, string | undefined, string | undefined]>([
    [{}, undefined, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }, undefined, "http://c:4318/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/base/" }, undefined, "http://c:4318/base/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c/here" }, undefined, "https://c/here"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c/here" }, "http://d:1", "http://d:1/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_SDK_DISABLED: "true" }, undefined, undefined],
  ])("%j, --otlp %s: %s", (env, endpoint, url) => expect(otlpSettings(env, endpoint)?.url).toBe(url));

  test.each<[Record<string, string>, string]>([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "c:4318" }, "must be a URL that begins with http:// or https://"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_EXPORTER_OTLP_HEADERS: "key" }, "must be of the form name=value"],
  ])("%j is refused", (env, problem) => expect(() => otlpSettings(env)).toThrow(problem));
});
