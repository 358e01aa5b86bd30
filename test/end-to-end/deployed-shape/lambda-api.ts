/**
 * Lambda's Invoke API on loopback, for the calls of Task states: the functions are the handler files of a
 * folder, `charge-card.mjs` for the function `charge-card`, each in a process of its own.
 */
import { readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parse, resolve } from "node:path";
import type { DeployedFunction } from "./function.ts";
import { closed, listening, readBody } from "./http.ts";
import { type FunctionSpec, largestPayload } from "./process.ts";

export interface LambdaApi {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function startLambdaApi(find: (name: string) => DeployedFunction | undefined): Promise<LambdaApi> {
  const server = createServer((request, response) => {
    invoke(request, response, find).catch(() => response.destroy());
  });
  return { endpoint: await listening(server), close: () => closed(server) };
}

async function invoke(
  request: IncomingMessage,
  response: ServerResponse,
  find: (name: string) => DeployedFunction | undefined,
): Promise<void> {
  const body = await readBody(request, largestPayload);
  const [, identifier] = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(request.url ?? "") ?? [];
  if (request.method !== "POST" || identifier === undefined)
    return refuse(response, 404, "UnknownOperationException", "");
  if (body === undefined) {
    return refuse(response, 413, "RequestTooLargeException", `Request must be smaller than ${largestPayload} bytes`);
  }
  const arn = decodeURIComponent(identifier);
  const target = find(functionName(arn));
  if (target === undefined) return refuse(response, 404, "ResourceNotFoundException", `Function not found: ${arn}`);
  const event = body.length === 0 ? "{}" : body.toString("utf8");
  switch (request.headers["x-amz-invocation-type"]) {
    case "DryRun":
      response.writeHead(204).end();
      return;
    case "Event":
      response.writeHead(202).end();
      await target.invoke(event);
      return;
    default:
      return answer(response, await target.invoke(event));
  }
}

function answer(response: ServerResponse, result: Awaited<ReturnType<DeployedFunction["invoke"]>>): void {
  const headers = { "content-type": "application/json", "x-amz-executed-version": "$LATEST" };
  if (result.kind === "returned") response.writeHead(200, headers).end(result.payload);
  else response.writeHead(200, { ...headers, "x-amz-function-error": "Unhandled" }).end(JSON.stringify(result.error));
}

function refuse(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
  response.end(JSON.stringify({ Type: "User", Message: text }));
}

/** A name, `account:function:name` or a whole ARN, each perhaps with a version or alias. */
function functionName(identifier: string): string {
  const parts = identifier.split(":");
  const marker = parts.indexOf("function");
  return parts[marker + 1] ?? identifier;
}

/** One for each handler file of the folder. */
export function userFunctions(
  folder: string,
  settings: Pick<FunctionSpec, "timeoutSeconds" | "environment"> & {
    readonly region: string;
    readonly account: string;
  },
): FunctionSpec[] {
  return handlerFiles(folder).map((file) => ({
    name: parse(file).name,
    arn: `arn:aws:lambda:${settings.region}:${settings.account}:function:${parse(file).name}`,
    file: resolve(folder, file),
    exported: "handler",
    timeoutSeconds: settings.timeoutSeconds,
    memoryMegabytes: 128,
    environment: settings.environment,
  }));
}

export function functionNames(folder: string): readonly string[] {
  return handlerFiles(folder).map((file) => parse(file).name);
}

function handlerFiles(folder: string): readonly string[] {
  return readdirSync(folder).filter((file) => /\.m?js$/.test(file));
}
