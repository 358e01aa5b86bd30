/**
 * Requests that nobody would write: every operation with values of every type in every member, REST paths
 * and queries of odd text, bodies of bytes. Whatever comes, the answer is one of the service's, never a 500.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { operations } from "../../lib/api/operations.ts";
import { routes } from "../../lib/api/routes.ts";
import type { Shape } from "../../lib/api/shape.ts";
import { memoryWorld } from "./memory-world.ts";
import { type Answered, arnOf, callback, executionOf, pass, role, wait, wire } from "./requests.ts";

const runs = 3_000;
const failures: unknown[] = [];
const world = memoryWorld();
const handler = createHandler(world.engine, {
  authentication: "none",
  report: (error) => {
    failures.push(error);
  },
});

async function answered(request: Request): Promise<void> {
  const response = await handler(request);
  await response.text();
  expect(failures).toEqual([]);
  expect(response.status).toBeLessThan(500);
}

/** Texts that mean something somewhere, and texts that mean nothing anywhere. */
const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("", "{}", "null", '"', "[", "__proto__", "constructor", "..", "\u0000", "a b", "\ud800"),
  fc.constantFrom("m", "e", role, pass, wait, arnOf("m"), arnOf("m:1"), arnOf("m:c"), arnOf("m#c"), arnOf("__proto__")),
  fc.constantFrom(executionOf("m:e"), executionOf("m"), "arn:", "arn:aws:states:::", "a.b", ".", "a.b.c"),
  fc.json(),
);
const oddValue = fc.oneof(oddText, fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.jsonValue());

/** Mostly what the shape asks for, so that the odd values get past the door. */
function likelyValue(shape: Shape): fc.Arbitrary<unknown> {
  const fitting = fittingValue(shape);
  return fc.oneof({ weight: 4, arbitrary: fitting }, { weight: 1, arbitrary: oddValue });
}

function fittingValue(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "text":
      return shape.allowed ? fc.constantFrom(...shape.allowed) : oddText;
    case "integer":
      return fc.integer({ min: shape.min - 1, max: shape.max + 1 });
    case "flag":
      return fc.boolean();
    case "list":
      return fc.array(likelyValue(shape.of), { maxLength: 4 });
    case "structure": {
      const members = Object.entries({ ...shape.required, ...shape.optional });
      return fc.record(Object.fromEntries(members.map(([name, member]) => [name, likelyValue(member)])), {
        requiredKeys: [],
      });
    }
  }
}

const call = fc
  .constantFrom(...Object.entries(operations))
  .chain(([name, { input }]) =>
    fc.record({ name: fc.constant(name), input: likelyValue(input), invocationId: fc.option(oddText) }),
  );

function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

test("operations with odd inputs", async () => {
  for (const definition of [pass, wait])
    await handler(
      requestOf("CreateStateMachine", JSON.stringify({ name: "m", definition, roleArn: role, publish: true })),
    );
  const routingConfiguration = [{ stateMachineVersionArn: arnOf("m:1"), weight: 100 }];
  await handler(requestOf("CreateStateMachineAlias", JSON.stringify({ name: "c", routingConfiguration })));
  await fc.assert(
    fc.asyncProperty(call, async ({ name, input, invocationId }) => {
      const id = invocationId === null ? {} : { "amz-sdk-invocation-id": headerText(invocationId) };
      await answered(requestOf(name, JSON.stringify(input), id));
    }),
    { numRuns: runs },
  );
});

function requestOf(operation: string, body: string | Uint8Array, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", {
    method: "POST",
    headers: { "x-amz-target": `AWSStepFunctions.${operation}`, ...headers },
    body,
  });
}

/** What a text becomes in hands that mean no good: characters changed, left out, added or moved. */
function altered(text: string): fc.Arbitrary<string> {
  const at = fc.nat(text.length - 1);
  const piece = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.=+/ "), minLength: 1, maxLength: 3 });
  const splice = fc.tuple(at, fc.nat(3), fc.option(piece, { nil: "" }));
  const spliced = splice.map(([from, length, put]) => text.slice(0, from) + put + text.slice(from + length));
  const cut = at.map((from) => text.slice(0, from));
  const turned = at.map((from) => text.slice(from) + text.slice(0, from));
  const [body = "", signature = ""] = text.split(".");
  const patched = fc.constantFrom(
    `${text}.`,
    `${text}=`,
    `.${signature}`,
    `${body}.`,
    `${signature}.${body}`,
    `${body}.${body}`,
  );
  return fc.oneof(spliced, cut, turned, patched, oddText).filter((other) => other !== text);
}

async function answer(operation: string, input: object): Promise<Answered> {
  return await wire(handler, operation, input);
}

async function refusesAltered(token: string, present: (token: string) => Promise<{ status: number }>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(altered(token), async (other) => {
      expect((await present(other)).status).toBe(400);
    }),
    { numRuns: runs },
  );
  expect((await present(token)).status).toBe(200);
}

test("altered page tokens are refused, and a token of another question", async () => {
  for (const name of ["p", "q", "r"]) await answer("CreateStateMachine", { name, definition: pass, roleArn: role });
  const { body } = await answer("ListStateMachines", { maxResults: 1 });
  const { nextToken = "" } = body;
  await refusesAltered(
    nextToken,
    async (token) => await answer("ListStateMachines", { maxResults: 1, nextToken: token }),
  );
  for (const operation of ["ListExecutions", "ListStateMachineVersions", "ListStateMachineAliases"])
    expect((await answer(operation, { stateMachineArn: arnOf("p"), nextToken })).status).toBe(400);
});

test("altered task tokens are refused", async () => {
  world.taskResult = { kind: "submitted", output: "{}" };
  await answer("CreateStateMachine", { name: "asks", definition: callback, roleArn: role });
  await answer("StartExecution", { stateMachineArn: arnOf("asks") });
  await world.run();
  const { token } = JSON.parse(world.calls.at(-1) ?? "{}").Payload;
  await refusesAltered(token, async (taskToken) => await answer("SendTaskHeartbeat", { taskToken }));
});

test("bodies of any bytes, targets and signatures of any text", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), oddText, oddText, async (bytes, target, signature) => {
      const headers = { authorization: headerText(signature) };
      await answered(requestOf("ListStateMachines", Buffer.from(bytes), headers));
      await answered(requestOf(headerText(target), "{}", headers));
    }),
    { numRuns: runs },
  );
});

const names = fc.record({ name: oddText, execution: oddText, token: oddText, query: fc.dictionary(oddText, oddText) });

test("REST paths, queries and bodies of any text", async () => {
  const known = ["maxResults", "nextToken", "status", "wait", "reverseOrder", "includeExecutionData", "error", "cause"];
  const asked = fc.record({
    route: fc.constantFrom(...routes),
    names,
    query: fc.dictionary(fc.constantFrom(...known.filter((name) => name !== "wait")), oddText),
    body: fc.oneof(
      oddText,
      fc.json(),
      fc.dictionary(fc.constantFrom("name", "input", "definition", "output"), oddValue),
    ),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ route, names: given, query, body }) => {
      const values = new Map<string, unknown>(Object.entries(given));
      const path = route.path.replace(/\{(\w+)\}/g, (_, name) =>
        encodeURIComponent(wellFormed(String(values.get(name)))),
      );
      const search = new URLSearchParams(Object.entries(query)).toString();
      const sent = typeof body === "string" ? body : JSON.stringify(body);
      const hasBody = route.method === "POST" ? { body: sent, headers: { "content-type": "application/json" } } : {};
      await answered(new Request(`http://localhost${path}?${search}`, { method: route.method, ...hasBody }));
    }),
    { numRuns: runs },
  );
});

/** As a client's encoder would have it. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
