/**
 * `arn:aws:states:::apigateway:invoke`: a method of an API at `https://<ApiEndpoint>/<Stage>/<Path>`, with and
 * without a task token. Signed for the role of the state where `AuthType` is IAM_ROLE, and for want of a service
 * principal of our own also where it is RESOURCE_POLICY.
 */
import {
  entriesOf,
  isArray,
  isObject,
  type JsonObject,
  objectOf,
  parseJson,
  type Value,
  writeJson,
} from "../asl/json.ts";
import type { CallResult } from "../engine/ports.ts";
import { callFailure } from "./call-failure.ts";
import { exchange, type HttpRequest, type Reach, TooLarge, Unreachable } from "./http/exchange.ts";
import { membersOfReply } from "./http-invoke.ts";
import { RoleNotAssumed } from "./identity.ts";
import type { Integration, IntegrationCall } from "./integration.ts";
import { NoSigner, type Signer } from "./sdk/sign.ts";

export function apiGatewayInvoke(signer: Signer, reach: Reach = {}): Integration {
  return async (call) => {
    const given = parseJson(call.arguments);
    const request = requestOf(given, reach);
    if (typeof request === "string") return callFailure("States.Runtime", request);
    try {
      const known = isSigned(given) ? await signed(request, call, signer) : request;
      const result = resultOf(membersOfReply(await exchange(traced(known, call.traceHeader), reach, call.signal)));
      return result.kind === "succeeded" && call.pattern === "token" ? { ...result, kind: "submitted" } : result;
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      if (error instanceof RoleNotAssumed) return callFailure("States.Permissions", error.message);
      if (error instanceof Unreachable || error instanceof NoSigner)
        return callFailure("States.Runtime", error.message);
      if (error instanceof TooLarge) return callFailure("States.DataLimitExceeded", error.message);
      if (!(error instanceof Error)) throw error;
      return callFailure("ApiGateway.SdkClientException", `Unable to execute HTTP request: ${error.message}`);
    }
  };
}

/** For the Region in the API's name, where it has one. */
function signed(request: HttpRequest, call: IntegrationCall, signer: Signer): Promise<HttpRequest> {
  const [, region = call.region] = /\.execute-api\.([\w-]+)\./.exec(request.url.hostname) ?? [];
  return signer.sign(request, { caller: call, service: "execute-api", region });
}

/**
 * Whether the request says who is calling. With RESOURCE_POLICY Step Functions calls as the service that it is, and
 * the API's policy names `states.amazonaws.com`. Nobody else can be that: here such a policy has to name the role.
 */
const authTypes: Readonly<Record<string, { readonly signed: boolean }>> = {
  NO_AUTH: { signed: false },
  IAM_ROLE: { signed: true },
  RESOURCE_POLICY: { signed: true },
};

function isSigned(given: Value): boolean {
  return isObject(given) && authTypes[String(given["AuthType"])]?.signed === true;
}

/** The request, or what is wrong with the parameters. */
function requestOf(given: Value, { loopback = false }: Reach): HttpRequest | string {
  const {
    ApiEndpoint: endpoint,
    Method: method,
    Stage: stage,
    Path: path,
    AuthType: auth = "NO_AUTH",
    ...more
  } = isObject(given) ? given : {};
  if (typeof endpoint !== "string") return "The parameters of 'apigateway:invoke' must have a string 'ApiEndpoint'.";
  if (typeof method !== "string") return "The parameters of 'apigateway:invoke' must have a string 'Method'.";
  if (!Object.hasOwn(authTypes, String(auth)))
    return `'AuthType' must be one of ${Object.keys(authTypes).join(", ")}, but was: ${auth}`;
  const places = [stage, path].flatMap((part) =>
    typeof part === "string" && part !== "" ? [part.replace(/^\//, "")] : [],
  );
  const scheme = loopback && endpoint.startsWith("http://") ? "http" : "https";
  const address = `${scheme}://${endpoint.replace(/^https?:\/\//, "")}/${places.join("/")}`;
  if (!URL.canParse(address)) return `'ApiEndpoint' must be a host, but was: ${endpoint}`;
  const url = new URL(address);
  for (const [name, values] of Object.entries(
    isObject(more["QueryParameters"] ?? null) ? (more["QueryParameters"] as object) : {},
  )) {
    for (const value of [values].flat()) url.searchParams.append(name, String(value));
  }
  const body = bodyOf(more["RequestBody"], more["AllowNullValues"] === true);
  return {
    method,
    url,
    headers: {
      "Content-Type": "application/json",
      ...headersIn(more["Headers"] ?? {}),
      ...(body !== undefined && { "Content-Length": String(Buffer.byteLength(body)) }),
      "User-Agent": "Amazon|StepFunctions|ApiGatewayInvoke",
    },
    ...(body !== undefined && { body }),
  };
}

/** Nulls are left out, unless the state wants them. */
function bodyOf(body: Value | undefined, allowNulls: boolean): string | undefined {
  if (body === undefined || body === null) return undefined;
  return writeJson(allowNulls ? body : withoutNulls(body));
}

/** In a list a null keeps its place. */
function withoutNulls(value: Value): Value {
  if (isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return objectOf(entriesOf(value).flatMap(([name, each]) => (each === null ? [] : [[name, withoutNulls(each)]])));
}

function headersIn(given: Value): Record<string, string> {
  if (!isObject(given)) return {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, [value].flat().map(String).join(",")]));
}

/** API Gateway reads X-Ray's own header. */
function traced(request: HttpRequest, traceHeader: string | undefined): HttpRequest {
  if (traceHeader === undefined) return request;
  return { ...request, headers: { "X-Amzn-Trace-Id": traceHeader, ...request.headers } };
}

function resultOf(members: JsonObject): CallResult {
  const status = Number(members["StatusCode"]);
  const text = writeJson(members);
  return status >= 200 && status < 300
    ? { kind: "succeeded", output: text }
    : callFailure(`ApiGateway.${status}`, text);
}
