/**
 * The API as one function from request to answer, for the Lambda and the local server alike. It reads
 * the body, asks who calls, and hands over to one of two faces: the wire protocol (`POST /`) or REST.
 * What the faces refuse is an answer; anything else that is thrown is reported and answered as 500.
 */
import type { Engine } from "../engine/engine.ts";
import type { Access, Tenant } from "../engine/ports.ts";
import { covers } from "./access.ts";
import { unverifiedCaller, type Verifier } from "./authentication.ts";
import type { Changes } from "./changes.ts";
import { answerConsole, type ConsoleFiles } from "./console.ts";
import { type Cors, preflight, withCors } from "./cors.ts";
import { type HttpAnswer, type HttpRequest, jsonAnswer, type SentHeaders, toResponse } from "./http.ts";
import { openApiDocument } from "./openapi.ts";
import { internalFailure, Refusal, tooLarge } from "./refusal.ts";
import { rest } from "./rest.ts";
import { traceHeaderOf } from "./trace-header.ts";
import { uuid } from "./uuid.ts";
import { wire } from "./wire.ts";

export interface HandlerOptions {
  /** Who may call: whoever signs with one of the verifier's keys, or everybody who reaches a loopback port. */
  readonly authentication: "none" | Verifier;
  /** Whose machines all calls are about (on AWS the stack's own); absent: as the request's signature says. */
  readonly tenant?: Tenant;
  /** The part of the path before ours, such as the stage of an API Gateway: `/prod`. */
  readonly basePath?: string;
  readonly bodyLimitBytes?: number;
  /** Which pages of other origins may call from a browser; absent: none. */
  readonly cors?: Cors;
  /** The web console under `/console`; absent: there is none. */
  readonly console?: ConsoleFiles;
  /** Tells listeners of `GET /events` which executions changed; absent: whoever wants to know asks again. */
  readonly changes?: Changes;
  /** Told of every outage and bug, with the id that the caller saw. */
  readonly report?: (error: unknown, requestId: string) => void;
}

/** A payload at the installation's ceiling of 16 MiB, and room for its escapes. */
export const usualBodyLimitBytes = 24 * 1024 * 1024;

/** `createApi` for whoever speaks the Fetch API. */
export function createHandler(engine: Engine, options: HandlerOptions): (request: Request) => Promise<Response> {
  const api = createApi(engine, options);
  return async (request) => toResponse(await api(request));
}

export function createApi(engine: Engine, options: HandlerOptions): (request: HttpRequest) => Promise<HttpAnswer> {
  const report = options.report ?? reportToConsole;
  const basePath = options.basePath ?? "";
  const answerTo = async (request: HttpRequest): Promise<HttpAnswer> => {
    const url = new URL(request.url);
    const path = ownPath(url.pathname, basePath);
    if (path === "/health") return jsonAnswer({ status: "ok" });
    if (path === "/openapi.json" && request.method === "GET") return jsonAnswer(openApiDocument(basePath));
    const page = options.console && answerConsole(options.console, request, path);
    if (page) return page;
    const requestId = uuid(engine.world.chance);
    const face = path === "/" && request.method === "POST" ? wire : rest;
    try {
      const { method, headers } = request;
      const body = await readBody(request, options.bodyLimitBytes ?? usualBodyLimitBytes);
      const { tenant, access } = await callerOf(engine, options, {
        method,
        url,
        headers,
        body,
        mayBear: face === rest,
      });
      if (path === "/caller" && method === "GET") return jsonAnswer(access ?? { role: "admin" });
      const invocationId = invocationIdOf(headers);
      const { signal } = request;
      const traceHeader = traceHeaderOf(headers);
      if (options.changes && path === "/events" && method === "GET")
        return options.changes.listen(
          { ...tenant, ...(access && { sees: (machine) => covers(access, machine) }) },
          signal,
        );
      const call = {
        engine,
        tenant,
        signal,
        ...(access && { access }),
        ...(invocationId !== undefined && { invocationId }),
        ...(traceHeader !== undefined && { traceHeader }),
      };
      return await face.answer(call, { method, path, query: url.searchParams, headers, body, requestId });
    } catch (error) {
      if (error instanceof Refusal) return face.refuse(error, { requestId });
      report(error, requestId);
      return face.refuse(internalFailure(), { requestId });
    }
  };
  const { cors } = options;
  return async (request) => withCors(cors, request, preflight(cors, request) ?? (await answerTo(request)));
}

function reportToConsole(error: unknown, requestId: string): void {
  console.error(`request ${requestId}:`, error);
}

function ownPath(path: string, base: string): string {
  const own = base !== "" && (path === base || path.startsWith(`${base}/`)) ? path.slice(base.length) : path;
  return own === "" ? "/" : own;
}

async function callerOf(
  engine: Engine,
  { authentication, tenant }: HandlerOptions,
  request: Parameters<Verifier>[0],
): Promise<{ tenant: Tenant; access?: Access }> {
  const caller =
    authentication === "none"
      ? unverifiedCaller(request.headers)
      : await authentication(request, engine.world.clock.now());
  const { account, region, access } = caller;
  return { tenant: tenant ?? { account, region }, ...(access && { access }) };
}

/** The SDKs' own id of a call, the same for every try of it. What does not look like one is no id. */
function invocationIdOf(headers: SentHeaders): string | undefined {
  const id = headers.get("amz-sdk-invocation-id");
  return id !== null && /^[\w-]{16,64}$/.test(id) ? id : undefined;
}

/** Stops reading at the limit: a length in the headers is only what the client says. */
async function readBody(request: HttpRequest, limitBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
