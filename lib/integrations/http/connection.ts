/**
 * Connections: who an HTTP task says it is, in the shape of EventBridge's CreateConnection. Where they are kept is
 * somebody else's (`FindConnection`); here they are put to use.
 */
import { createHash } from "node:crypto";
import { exchange, type HttpRequest, type Reach } from "./exchange.ts";

interface Parameter {
  readonly Key: string;
  readonly Value: string;
}

export interface HttpParameters {
  readonly HeaderParameters?: readonly Parameter[];
  readonly QueryStringParameters?: readonly Parameter[];
  readonly BodyParameters?: readonly Parameter[];
}

export interface Connection {
  readonly AuthorizationType: "BASIC" | "API_KEY" | "OAUTH_CLIENT_CREDENTIALS";
  readonly AuthParameters: {
    readonly BasicAuthParameters?: { readonly Username: string; readonly Password: string };
    readonly ApiKeyAuthParameters?: { readonly ApiKeyName: string; readonly ApiKeyValue: string };
    readonly OAuthParameters?: OAuth;
    readonly InvocationHttpParameters?: HttpParameters;
  };
}

interface OAuth {
  readonly AuthorizationEndpoint: string;
  readonly HttpMethod: string;
  readonly ClientParameters: { readonly ClientID: string; readonly ClientSecret: string };
  readonly OAuthHttpParameters?: HttpParameters;
}

/** It cannot be used: the name of the error, and why. */
export class ConnectionFailure extends Error {
  readonly errorName: string;

  constructor(errorName: string, message: string) {
    super(message);
    this.errorName = errorName;
  }
}

/** The headers that say who is calling. */
export type Authorization = Readonly<Record<string, string>>;

export interface Authorizer {
  authorize(connection: Connection, reach: Reach, signal: AbortSignal): Promise<Authorization>;
  /** The API has not taken it: a token that is withdrawn before its time is asked for anew by the next try. */
  refused(connection: Connection, authorization: Authorization): void;
}

/** A token is asked for again that long before it is over. */
const margin = 60_000;
/** What a token without a time of its own is trusted for. */
const usualSeconds = 300;

/** Tokens of OAuth are kept for as long as they are good. */
export function createAuthorizer(now: () => number = Date.now): Authorizer {
  const tokens = new Map<string, { readonly header: string; readonly until: number }>();
  const bearer = async (oauth: OAuth, reach: Reach, signal: AbortSignal): Promise<string> => {
    const key = keyOf(oauth);
    const known = tokens.get(key);
    if (known !== undefined && known.until > now()) return known.header;
    const { header, seconds } = await askForToken(oauth, reach, signal);
    tokens.set(key, { header, until: now() + seconds * 1_000 - margin });
    return header;
  };
  return {
    async authorize({ AuthParameters: given, AuthorizationType: type }, reach, signal) {
      const { BasicAuthParameters: basic, ApiKeyAuthParameters: key, OAuthParameters: oauth } = given;
      if (basic) {
        return { Authorization: `Basic ${Buffer.from(`${basic.Username}:${basic.Password}`).toString("base64")}` };
      }
      if (key) return { [key.ApiKeyName]: key.ApiKeyValue };
      if (oauth) return { Authorization: await bearer(oauth, reach, signal) };
      throw new ConnectionFailure(
        "Events.ConnectionResource.InvalidConnectionState",
        `The connection of type ${type} has no parameters to authorize with.`,
      );
    },
    refused({ AuthParameters: { OAuthParameters: oauth } }, { Authorization: header }) {
      // Another call may have asked for a newer one meanwhile.
      if (oauth && tokens.get(keyOf(oauth))?.header === header) tokens.delete(keyOf(oauth));
    },
  };
}

function keyOf(oauth: OAuth): string {
  return createHash("sha256").update(JSON.stringify(oauth)).digest("hex");
}

async function askForToken(
  oauth: OAuth,
  reach: Reach,
  signal: AbortSignal,
): Promise<{ header: string; seconds: number }> {
  const { statusCode, body } = await exchange(tokenRequest(oauth), reach, signal);
  const answer: unknown = statusCode < 300 ? jsonOf(body.toString("utf8")) : undefined;
  const token = memberOf(answer, "access_token");
  if (typeof token !== "string") {
    throw new ConnectionFailure(
      "Events.ConnectionResource.InvalidConnectionState",
      `The authorization endpoint ${oauth.AuthorizationEndpoint} answered ${statusCode} and no access_token.`,
    );
  }
  const seconds = memberOf(answer, "expires_in");
  return { header: `Bearer ${token}`, seconds: typeof seconds === "number" ? seconds : usualSeconds };
}

function tokenRequest({
  AuthorizationEndpoint,
  HttpMethod,
  ClientParameters,
  OAuthHttpParameters = {},
}: OAuth): HttpRequest {
  const url = new URL(AuthorizationEndpoint);
  for (const { Key, Value } of OAuthHttpParameters.QueryStringParameters ?? []) url.searchParams.append(Key, Value);
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: ClientParameters.ClientID,
    client_secret: ClientParameters.ClientSecret,
  });
  for (const { Key, Value } of OAuthHttpParameters.BodyParameters ?? []) form.set(Key, Value);
  if (HttpMethod === "GET") for (const [name, value] of form) url.searchParams.append(name, value);
  const own = (OAuthHttpParameters.HeaderParameters ?? []).map(({ Key, Value }): [string, string] => [Key, Value]);
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    Accept: "application/json",
    ...Object.fromEntries(own),
  };
  return { method: HttpMethod, url, headers, ...(HttpMethod === "GET" ? {} : { body: form.toString() }) };
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
