/**
 * Requests that nobody would write, as properties of which any number of cases may be drawn: every operation with
 * values of every type in every member, REST paths and queries of odd text, bodies of bytes, altered signatures and
 * tokens. Whatever comes, the answer is one of the service's, never a 500, and nothing that was altered is taken.
 */
import fc from "fast-check";
import { createVerifier } from "../../lib/api/authentication.ts";
import { createHandler } from "../../lib/api/handler.ts";
import { operations } from "../../lib/api/operations.ts";
import { routes } from "../../lib/api/routes.ts";
import type { Shape } from "../../lib/api/shape.ts";
import { signedHeadersOf } from "../../lib/api/signature.ts";
import { type MemoryWorld, memoryWorld, start } from "./memory-world.ts";
import { arnOf, callback, executionOf, type Handler, pass, role, wait, wire } from "./requests.ts";

export const subjects = [
  "operations with odd inputs",
  "REST paths, queries and bodies of any text",
  "bodies of any bytes, targets and signatures of any text",
  "altered signatures",
  "altered page tokens",
  "altered task tokens",
] as const;
export type Subject = (typeof subjects)[number];

/** Draws so many cases of one subject in a world of their own; rejects with the first that does not hold. */
export async function fuzz(subject: Subject, numRuns: number, seed?: number): Promise<void> {
  const checks = await fuzzedWorld();
  await checks[subject]({ numRuns, ...(seed !== undefined && { seed }) });
}

type Check = (parameters: { readonly numRuns: number; readonly seed?: number }) => Promise<void>;

/** `holds` answers false, or throws, for a case that does not. */
function check<T>(cases: fc.Arbitrary<T>, holds: (one: T) => Promise<boolean>): Check {
  return async (parameters) => await fc.assert(fc.asyncProperty(cases, holds), parameters);
}

const key = { accessKeyId: "FUZZ", secretAccessKey: "fuzz" };

async function fuzzedWorld(): Promise<Record<Subject, Check>> {
  const failures: unknown[] = [];
  const world = memoryWorld({ activityPollMilliseconds: 0 });
  const report = (error: unknown): void => void failures.push(error);
  const open = createHandler(world.engine, { authentication: "none", report });
  const keyOf = async (id: string) => (id === key.accessKeyId ? ({ ...key, role: "admin" } as const) : undefined);
  const locked = createHandler(world.engine, { authentication: createVerifier({ keyOf }), report });
  const statusOf = async (handler: Handler, request: Request): Promise<number> => {
    const response = await handler(request);
    await response.text();
    if (failures.length > 0) throw failures[0];
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    return response.status;
  };
  const taken = async (handler: Handler, request: Request): Promise<boolean> =>
    (await statusOf(handler, request)) < 400;
  const tokens = await fill(world, open);
  const page = (nextToken: string) => requestOf("ListStateMachines", JSON.stringify({ maxResults: 1, nextToken }));
  const beat = (taskToken: string) => requestOf("SendTaskHeartbeat", JSON.stringify({ taskToken }));
  const sign = signer();
  const whole = [
    taken(open, page(tokens.page)),
    taken(open, beat(tokens.task)),
    taken(locked, sign(sign.authorization)),
  ];
  if ((await Promise.all(whole)).includes(false)) throw new Error("what is to be altered is refused as it is");

  return {
    "operations with odd inputs": check(call, async ({ name, input, invocationId }) => {
      const id = invocationId === null ? {} : { "amz-sdk-invocation-id": headerText(invocationId) };
      return (await statusOf(open, requestOf(name, JSON.stringify(input), id))) < 500;
    }),
    "REST paths, queries and bodies of any text": check(restRequest, async (request) => {
      return (await statusOf(open, request())) < 500;
    }),
    "bodies of any bytes, targets and signatures of any text": check(odd, async ([bytes, target, text]) => {
      const headers = { authorization: headerText(text) };
      await statusOf(open, requestOf("ListStateMachines", Buffer.from(bytes), headers));
      await statusOf(open, requestOf(headerText(target), "{}", headers));
      return !(await taken(locked, requestOf("ListStateMachines", "{}", headers)));
    }),
    "altered signatures": check(
      altered(sign.authorization).filter((text) => spaced(headerText(text)) !== sign.authorization),
      async (text) => !(await taken(locked, sign(headerText(text)))),
    ),
    "altered page tokens": check(altered(tokens.page), async (token) => !(await taken(open, page(token)))),
    "altered task tokens": check(altered(tokens.task), async (token) => !(await taken(open, beat(token)))),
  };
}

/** Blanks around a comma mean nothing. */
function spaced(authorization: string): string {
  return authorization
    .replace(/ *, */g, ", ")
    .replace(/^(\S+) +/, "$1 ")
    .trim();
}

/** Machines, an alias, an execution, and a token of each kind. */
async function fill(world: MemoryWorld, handler: Handler): Promise<{ page: string; task: string }> {
  for (const definition of [pass, wait])
    await wire(handler, "CreateStateMachine", { name: "m", definition, roleArn: role, publish: true });
  const routingConfiguration = [{ stateMachineVersionArn: arnOf("m:1"), weight: 100 }];
  await wire(handler, "CreateStateMachineAlias", { name: "c", routingConfiguration });
  world.taskResult = { kind: "submitted", output: "{}" };
  await wire(handler, "CreateStateMachine", { name: "asks", definition: callback, roleArn: role });
  await wire(handler, "StartExecution", { stateMachineArn: arnOf("asks") });
  await world.run();
  const { body } = await wire(handler, "ListStateMachines", { maxResults: 1 });
  return { page: body.nextToken, task: JSON.parse(world.calls.at(-1) ?? "{}").Payload.token };
}

/** A request that is signed for the world's own moment, with whatever stands in its header `authorization`. */
function signer() {
  const url = new URL("http://localhost/");
  // Not all that is signed decides about the call.
  const given = new Headers({ "x-amz-target": "AWSStepFunctions.ListStateMachines", "x-note": "mine" });
  const unsigned = { method: "POST", url, headers: given, body: Buffer.from("{}") };
  const headers = Object.fromEntries(signedHeadersOf(unsigned, { credentials: key, region: "us-east-1", now: start }));
  const { authorization = "" } = headers;
  const sign = (text: string) => requestOf("ListStateMachines", "{}", { ...headers, authorization: text });
  return Object.assign(sign, { authorization });
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
    case "number":
      return fc.double({ min: shape.min - 1, max: shape.max + 1, noNaN: true });
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

const odd = fc.tuple(fc.uint8Array({ maxLength: 200 }), oddText, oddText);

function requestOf(operation: string, body: string | Uint8Array, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", {
    method: "POST",
    headers: { "x-amz-target": `AWSStepFunctions.${operation}`, ...headers },
    body,
  });
}

const names = fc.record({ name: oddText, execution: oddText, token: oddText, query: fc.dictionary(oddText, oddText) });
const queries = ["maxResults", "nextToken", "status", "reverseOrder", "includeExecutionData", "error", "cause"];

/** Without `wait`: the time of this world stands still. */
const restRequest = fc
  .record({
    route: fc.constantFrom(...routes),
    names,
    query: fc.dictionary(fc.constantFrom(...queries), oddText),
    body: fc.oneof(
      oddText,
      fc.json(),
      fc.dictionary(fc.constantFrom("name", "input", "definition", "output"), oddValue),
    ),
  })
  .map(({ route, names: given, query, body }) => () => {
    const values = new Map<string, unknown>(Object.entries(given));
    const path = route.path.replace(/\{(\w+)\}/g, (_, name) =>
      encodeURIComponent(wellFormed(String(values.get(name)))),
    );
    const search = new URLSearchParams(Object.entries(query)).toString();
    const sent = typeof body === "string" ? body : JSON.stringify(body);
    const hasBody = route.method === "POST" ? { body: sent, headers: { "content-type": "application/json" } } : {};
    return new Request(`http://localhost${path}?${search}`, { method: route.method, ...hasBody });
  });

/** As a client's encoder would have it. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** What a text becomes in hands that mean no good: characters changed, left out, added or moved. */
function altered(text: string): fc.Arbitrary<string> {
  const at = fc.nat(text.length - 1);
  const piece = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.=+/ ;(,"), minLength: 1, maxLength: 3 });
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
