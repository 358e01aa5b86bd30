/** The parameters of an HTTP task as a request: checked as the service checks them, and joined with its connection's. */
import { isArray, isObject, type JsonObject, type Value, withProperty, writeJson } from "../../asl/json.ts";
import type { Json } from "../poller.ts";
import type { Connection } from "./connection.ts";
import type { HttpRequest } from "./exchange.ts";
import { type ArrayFormat, arrayFormats, formOf } from "./form.ts";

/** What is wrong with them; the text is the cause of the failure. */
export class WrongParameters extends Error {}

const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];

/** Headers that the service does not let a definition set. */
const forbidden = new Set(
  `a-im accept-charset accept-datetime accept-encoding authorization cache-control connection content-encoding content-length
  content-md5 date expect forwarded from host http2-settings if-match if-modified-since if-none-match if-range
  if-unmodified-since max-forwards origin pragma proxy-authorization range referer server te trailer transfer-encoding
  upgrade user-agent via warning`.split(/\s+/),
);
const forbiddenKinds = /^x-(?:forwarded-|amz-|amzn-)/;

const known = new Set(
  ["ApiEndpoint", "Method", "Headers", "QueryParameters", "RequestBody", "Transform"].concat(
    "Authentication",
    "InvocationConfig",
  ),
);

type Members = JsonObject;

export function connectionArnOf(given: Members): string {
  const arn =
    membersIn(given, "Authentication")["ConnectionArn"] ?? membersIn(given, "InvocationConfig")["ConnectionArn"];
  if (typeof arn !== "string") {
    throw new WrongParameters(
      "The parameters of 'http:invoke' must have a string 'Authentication.ConnectionArn' or 'InvocationConfig.ConnectionArn'.",
    );
  }
  return arn;
}

export interface Secured {
  readonly connection: Connection;
  /** The headers that say who is calling. */
  readonly authorization: Readonly<Record<string, string>>;
  readonly region: string;
}

export function requestOf(given: Members, { connection, authorization, region }: Secured): HttpRequest {
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new WrongParameters(
      `The field '${unknown}' is not supported by 'http:invoke': it has ${[...known].join(", ")}.`,
    );
  const { Method: method } = given;
  if (typeof method !== "string" || !methods.includes(method)) {
    throw new WrongParameters(`'Method' must be one of ${methods.join(", ")}, but was: ${JSON.stringify(method)}`);
  }
  const own = connection.AuthParameters.InvocationHttpParameters ?? {};
  const url = urlOf(given, own.QueryStringParameters ?? []);
  const body = bodyOf(given, own.BodyParameters ?? []);
  const headers = {
    ...(body !== undefined && { "Content-Type": body.type, "Content-Length": String(Buffer.byteLength(body.text)) }),
    ...headersOf(given),
    ...Object.fromEntries((own.HeaderParameters ?? []).map(({ Key, Value }) => [Key, Value])),
    ...authorization,
    "User-Agent": `Amazon|StepFunctions|HttpInvoke|${region}`,
    Range: "bytes=0-262144",
  };
  return { method, url, headers: withoutDoubles(headers), ...(body !== undefined && { body: body.text }) };
}

function urlOf(given: Members, more: readonly { readonly Key: string; readonly Value: string }[]): URL {
  const { ApiEndpoint: endpoint } = given;
  if (typeof endpoint !== "string" || !URL.canParse(endpoint)) {
    throw new WrongParameters(`'ApiEndpoint' must be a URL, but was: ${JSON.stringify(endpoint)}`);
  }
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(membersIn(given, "QueryParameters"))) {
    if (more.some(({ Key }) => Key === name)) continue;
    for (const each of isArray(value) ? value : [value]) url.searchParams.append(name, textOf(each));
  }
  for (const { Key, Value } of more) url.searchParams.append(Key, Value);
  return url;
}

function headersOf(given: Members): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(membersIn(given, "Headers"))) {
    const lower = name.toLowerCase();
    if (forbidden.has(lower) || forbiddenKinds.test(lower)) {
      throw new WrongParameters(`The HTTP header '${name}' cannot be used in an HTTP task.`);
    }
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new WrongParameters(`'${name}' is not the name of an HTTP header.`);
    const text = isArray(value) ? value.map(textOf).join(",") : textOf(value);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(text))
      throw new WrongParameters(`The value of the HTTP header '${name}' has characters that no header may have.`);
    headers[name] = text;
  }
  return headers;
}

/** Of headers that differ in case only, the later one counts. */
function withoutDoubles(headers: Readonly<Record<string, string>>): Record<string, string> {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [name, value] as const]));
  return Object.fromEntries(byName.values());
}

function bodyOf(given: Members, more: readonly { readonly Key: string; readonly Value: string }[]) {
  const { RequestBody: body } = given;
  if (body === undefined && more.length === 0) return undefined;
  const joined = more.length === 0 ? (body ?? null) : withMembers(body, more);
  const transform = membersIn(given, "Transform");
  if (transform["RequestBodyEncoding"] === "URL_ENCODED") {
    return { text: formOf(joined, arrayFormatOf(transform)), type: "application/x-www-form-urlencoded" };
  }
  if (typeof joined === "string") return { text: joined, type: "text/plain" };
  return { text: writeJson(joined), type: "application/json" };
}

function withMembers(body: Value = {}, more: readonly { readonly Key: string; readonly Value: string }[]): Value {
  if (!isObject(body)) {
    throw new WrongParameters("The connection has body parameters, so 'RequestBody' must be an object.");
  }
  return more.reduce((joined, { Key, Value: own }) => withProperty(joined, Key, own), body);
}

function arrayFormatOf(transform: Members): ArrayFormat {
  const format = membersIn(transform, "RequestEncodingOptions")["ArrayFormat"] ?? "INDICES";
  const found = arrayFormats.find((one) => one === format);
  if (found === undefined)
    throw new WrongParameters(
      `'ArrayFormat' must be one of ${arrayFormats.join(", ")}, but was: ${JSON.stringify(format)}`,
    );
  return found;
}

function membersIn(given: Members, name: string): Members {
  const value = given[name] ?? {};
  if (!isObject(value)) throw new WrongParameters(`'${name}' must be an object, but was: ${JSON.stringify(value)}`);
  return value;
}

export function isMembers(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: Value): string {
  return typeof value === "string" ? value : writeJson(value);
}
