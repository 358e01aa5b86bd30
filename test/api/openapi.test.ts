/** The OpenAPI document: whole, in order, and true of what is answered. And who may read it from where. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Schema } from "../../lib/api/answers.ts";
import { createApi, createHandler } from "../../lib/api/handler.ts";
import { routes } from "../../lib/api/routes.ts";
import { serve } from "../../lib/local/server.ts";
import { memoryWorld } from "./memory-world.ts";
import { type Answered, type Handler, pass, rest, wait } from "./requests.ts";

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Record<string, { schema: Schema }> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, { schema: Schema }> }
  >;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const world = memoryWorld();
const handler = createHandler(world.engine, { authentication: "none" });
let document: Document;
let operations: readonly (Described & { readonly path: string; readonly method: string })[];

beforeAll(async () => {
  document = (await rest(handler, "GET /openapi.json")).body;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, path, method })),
  );
});

describe("the document", () => {
  test("has every route, and nothing else", () => {
    expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Baton" }, servers: [{ url: "/" }] });
    const documented = operations.map(({ path, method, operationId }) => [method.toUpperCase(), path, operationId]);
    expect(new Set(documented.map(String))).toEqual(
      new Set(routes.map(({ path, method, operation }) => String([method, path, operation]))),
    );
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test("names each parameter of a path once, and describes every answer", () => {
    for (const { path, parameters, responses } of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => `{${name}}`);
      expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
      for (const { schema } of parameters) expect(schema.type).toMatch(/^(string|integer|boolean)$/);
      expect(Object.keys(responses)).toContain("default");
      for (const [status, { description }] of Object.entries(responses)) {
        expect(status).toMatch(/^(2\d\d|default)$/);
        expect(description).not.toBe("");
      }
    }
  });

  test("refers to schemas that are there, and all schemas are used", () => {
    const references = new Set(JSON.stringify(document).match(/#\/components\/schemas\/\w+/g));
    expect([...references].map((reference) => reference.split("/").at(-1)).sort()).toEqual(
      Object.keys(document.components.schemas).sort(),
    );
  });

  test("has patterns that are regular expressions", () => {
    const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)];
    expect(patterns.length).toBeGreaterThan(0);
    for (const [, pattern = ""] of patterns) expect(() => new RegExp(JSON.parse(pattern), "u")).not.toThrow();
  });

  test("names the path before ours as the server", async () => {
    const staged = createHandler(world.engine, { authentication: "none", basePath: "/prod" });
    expect((await rest(staged, "GET /prod/openapi.json")).body.servers).toEqual([{ url: "/prod" }]);
  });
});

/** What is wrong with a value; enough of JSON Schema for the schemas there are. */
function problems(schema: Schema, value: unknown, at: string): readonly string[] {
  const { $ref, type, properties = {}, required = [], items, enum: allowed } = schema;
  if ($ref) return problems(document.components.schemas[$ref.split("/").at(-1) ?? ""] ?? {}, value, at);
  if (type === "array")
    return Array.isArray(value) ? value.flatMap((one) => problems(items ?? {}, one, `${at}[]`)) : [at];
  if (type === "object" && (typeof value !== "object" || value === null)) return [at];
  if (type === "object" && schema.properties) {
    const given = new Map<string, unknown>(Object.entries(value ?? {}));
    const missing = required.filter((name) => !given.has(name)).map((name) => `${at}.${name} is missing`);
    const known = [...given].flatMap(([name, member]) => {
      const of = properties[name];
      if (of) return problems(of, member, `${at}.${name}`);
      return /Details$/.test(name) ? [] : [`${at}.${name} is not in the document`];
    });
    return [...missing, ...known];
  }
  const fits = type === undefined || (type === "integer" ? Number.isInteger(value) : typeof value === type);
  return fits && (!allowed || allowed.includes(String(value))) ? [] : [`${at}: ${JSON.stringify(value)}`];
}

test("answers are as the document says", async () => {
  const long = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 3600, End: true } } };
  const ProcessorConfig = { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" };
  const ItemProcessor = { ProcessorConfig, StartAt: "P", States: { P: { Type: "Pass", End: true } } };
  const distributed = { StartAt: "M", States: { M: { Type: "Map", Label: "Each", ItemProcessor, End: true } } };
  const lines: readonly (readonly [string, string, unknown?])[] = [
    ["CreateStateMachine", "POST /state-machines", { name: "m", definition: JSON.parse(pass), publish: true }],
    ["CreateStateMachine", "POST /state-machines", { name: "w", definition: long }],
    ["CreateStateMachine", "POST /state-machines", { name: "w", definition: wait }],
    ["ListStateMachinesWithTags", "GET /state-machines?maxResults=1"],
    ["DescribeStateMachine", "GET /state-machines/m"],
    ["StartExecution", "POST /state-machines/m/executions", { name: "e", input: { a: 1 } }],
    ["StartExecution", "POST /state-machines/w/executions", { name: "e" }],
    ["ListExecutions", "GET /state-machines/m/executions?status=SUCCEEDED"],
    ["DescribeExecution", "GET /state-machines/m/executions/e"],
    ["GetExecutionHistory", "GET /state-machines/m/executions/e/history?maxResults=2"],
    ["CountExecutions", "GET /state-machines/m/counts?from=2026-01-01&until=2026-01-03"],
    ["DescribeExecutionOrigin", "GET /state-machines/m/executions/e/origin"],
    ["ListFunctionLines", "GET /state-machines/m/executions/e/function-lines?event=1"],
    ["StopExecution", "DELETE /state-machines/w/executions/e?error=E&cause=c"],
    ["DescribeExecution", "GET /state-machines/w/executions/e"],
    ["CreateStateMachine", "POST /state-machines", { name: "d", definition: distributed }],
    ["StartExecution", "POST /state-machines/d/executions", { name: "e", input: [1, 2] }],
    ["ListMapRuns", "GET /state-machines/d/executions/e/map-runs"],
    ["DescribeMapRun", "GET /state-machines/d/map-runs/Each/none"],
    ["UpdateMapRun", "POST /state-machines/d/map-runs/Each/none", { maxConcurrency: 1 }],
    ["SendTaskHeartbeat", "POST /tasks/x/heartbeat"],
    ["DeleteStateMachine", "DELETE /state-machines/m"],
    ["DescribeStateMachine", "GET /state-machines/m"],
  ];
  for (const [operationId, line, body] of lines) {
    const answer = await rest(handler, line, body);
    await world.run();
    expect([line, wrong(operationId, answer)]).toEqual([line, []]);
  }
});

function wrong(operationId: string, { status, headers, body }: Answered): readonly string[] {
  const responses = operations.find((operation) => operation.operationId === operationId)?.responses ?? {};
  const content = (responses[status] ?? responses["default"])?.content;
  if (!content) return body === undefined ? [] : ["an answer where none is described"];
  const schema = content[headers.get("content-type") ?? ""]?.schema;
  return schema ? problems(schema, body, "$") : [`${headers.get("content-type")} is not described`];
}

describe("pages of other origins", () => {
  const [ours, other] = ["https://app.example.org", "https://evil.example.org"];
  const from = async (to: Handler, origin: string, method = "GET"): Promise<Headers> => {
    const asks = method === "OPTIONS" ? { "access-control-request-method": "POST" } : {};
    const request = new Request("http://localhost/state-machines", { method, headers: { origin, ...asks } });
    return (await to(request)).headers;
  };

  test("are allowed by name", async () => {
    const open = createHandler(world.engine, { authentication: "none", cors: { origins: [ours] } });
    for (const method of ["GET", "OPTIONS"]) {
      expect((await from(open, ours, method)).get("access-control-allow-origin")).toBe(ours);
      const refused = await from(open, other, method);
      expect([refused.get("access-control-allow-origin"), refused.get("vary")]).toEqual([null, "origin"]);
    }
    const asked = await from(open, ours, "OPTIONS");
    expect(asked.get("access-control-allow-methods")).toBe("GET, POST, DELETE");
    for (const name of ["content-type", "traceparent", "tracestate", "x-amzn-trace-id"])
      expect(asked.get("access-control-allow-headers")?.split(", ")).toContain(name);
  });

  test("get past the local server's own door by the same names", async () => {
    const open = createApi(world.engine, { authentication: "none", cors: { origins: [ours] } });
    const server = await serve(open, { port: 0, bodyLimitBytes: 1024, corsOrigins: [ours] });
    try {
      const status = async (origin: string): Promise<number> =>
        (await fetch(`${server.url}/state-machines`, { headers: { origin } })).status;
      expect([await status(ours), await status(other), await status(server.url)]).toEqual([200, 403, 200]);
    } finally {
      await server.close();
    }
  });

  test("are all allowed by a star, and none without a configuration", async () => {
    const open = createHandler(world.engine, { authentication: "none", cors: { origins: ["*"] } });
    expect((await from(open, other)).get("access-control-allow-origin")).toBe(other);
    expect((await from(handler, ours, "OPTIONS")).get("access-control-allow-origin")).toBeNull();
  });
});
