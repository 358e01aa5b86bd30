/**
 * The shop that the killed engine works for: the functions of the example behind a URL each, in a process that
 * stays alive, so that it can count. The definition is the example's, with two changes: what a function gets
 * is wrapped with the execution, the state and the attempt it is called for; and retries come at a random part
 * of at most two seconds (JitterStrategy FULL), so that the test is short.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./dev.ts";

const example = join(root, "asl-examples", "order-processing");

export const functionNames = [
  "charge-card",
  "check-fraud",
  "pack-item",
  "refund-card",
  "release-stock",
  "reserve-stock",
  "ship-order",
  "validate-order",
];

interface Json {
  [key: string]: unknown;
}

/** What every function of the changed definition gets. */
interface Called {
  readonly event: Json;
  readonly execution: string;
  readonly state: string;
  readonly attempt: number;
}

export interface Shop {
  readonly functionUrls: readonly string[];
  /** How often each attempt was called: `ord-7 ChargeCard attempt 0`. */
  readonly calls: ReadonlyMap<string, number>;
  /** Told of each call when it comes in, before it is answered, and of when its connection was opened. */
  onCall: (connectedAt: number) => void;
  close(): void;
}

/** `millisecondsTaken`: how long the next call takes; a function that takes no time is never interrupted. */
export async function openShop(millisecondsTaken: () => number): Promise<Shop> {
  const handlers = new Map<string, (event: Json) => Promise<unknown>>();
  for (const name of functionNames) {
    const module = await import(pathToFileURL(join(example, "functions", `${name}.mjs`)).href);
    handlers.set(`/${name}`, module.handler);
  }
  const calls = new Map<string, number>();
  const server = createServer((request, response) => void answer(request, response));
  const connections = new WeakMap<object, number>();
  server.on("connection", (socket) => connections.set(socket, performance.now()));
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  const { port } = server.address() as { port: number };
  const shop: Shop = {
    functionUrls: functionNames.flatMap((name) => ["--function-url", `${name}=http://127.0.0.1:${port}/${name}`]),
    calls,
    onCall: () => undefined,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return shop;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const called: Called = JSON.parse(Buffer.concat(chunks).toString());
    const key = keyOf(called);
    calls.set(key, (calls.get(key) ?? 0) + 1);
    shop.onCall(connections.get(request.socket) ?? 0);
    const [failed, body] = await resultOf(handlers.get(request.url ?? ""), called.event);
    setTimeout(() => {
      response.writeHead(200, failed ? { "X-Amz-Function-Error": "Unhandled" } : {});
      response.end(JSON.stringify(body));
    }, millisecondsTaken());
  }
}

function keyOf({ execution, state, attempt, event }: Called): string {
  const line = event["line"] === undefined ? "" : ` line ${event["line"]}`;
  return `${execution} ${state}${line} attempt ${attempt}`;
}

async function resultOf(
  handler: ((event: Json) => Promise<unknown>) | undefined,
  event: Json,
): Promise<readonly [failed: boolean, body: unknown]> {
  try {
    return [false, await handler?.(event)];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [true, { errorType: error.name, errorMessage: error.message }];
  }
}

export function shopDefinition(): string {
  const definition: Json = JSON.parse(readFileSync(join(example, "definition.asl.json"), "utf8"));
  visit(definition);
  return JSON.stringify(definition);
}

function visit(scope: Json): void {
  for (const state of Object.values(scope["States"] as Record<string, Json>)) {
    if (state["Type"] === "Task") state["Parameters"] = wrapped(state["Parameters"] as Json | undefined);
    for (const retrier of (state["Retry"] ?? []) as Json[]) {
      retrier["JitterStrategy"] = "FULL";
      Object.assign(retrier, { IntervalSeconds: 1, MaxDelaySeconds: 2 });
    }
    for (const branch of (state["Branches"] ?? []) as Json[]) visit(branch);
    if (state["ItemProcessor"] !== undefined) visit(state["ItemProcessor"] as Json);
  }
}

function wrapped(parameters: Json | undefined): Json {
  return {
    ...(parameters === undefined ? { "event.$": "$" } : { event: parameters }),
    "execution.$": "$$.Execution.Name",
    "state.$": "$$.State.Name",
    "attempt.$": "$$.State.RetryCount",
  };
}

const cases = ["good-order", "declined-card", "out-of-stock", "flaky-carrier", "busy-gateway", "unknown-address"];

export function orderInput(number: number): string {
  const kind = cases[number % cases.length] ?? "good-order";
  const input: Json = JSON.parse(readFileSync(join(example, "cases", kind, "input.json"), "utf8"));
  return JSON.stringify({ ...input, id: `ord-${number}` });
}
