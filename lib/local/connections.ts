/**
 * Connections of HTTP tasks on this machine: a JSON file with an object of them by name, each in the shape of
 * EventBridge's CreateConnection. Read at each use, so that a new password needs no restart.
 *
 *     { "stripe": { "AuthorizationType": "API_KEY",
 *                   "AuthParameters": { "ApiKeyAuthParameters": { "ApiKeyName": "X-Key", "ApiKeyValue": "…" } } } }
 */
import { readFile } from "node:fs/promises";
import { type Connection, ConnectionFailure } from "../integrations/http/connection.ts";
import type { FindConnection } from "../integrations/http-invoke.ts";

/** In `arn:aws:events:REGION:ACCOUNT:connection/NAME/ID` only the name counts. */
export function connectionsIn(file: string): FindConnection {
  return async (arn) => {
    const name = /:connection\/([^/]+)/.exec(arn)?.[1] ?? arn;
    const all = await read(file);
    const found = Object.entries(all).find(([own]) => own === name)?.[1];
    return found === undefined ? undefined : checked(name, file, found);
  };
}

async function read(file: string): Promise<object> {
  let problem: string;
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    problem = "it is not an object of connections by name";
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  throw new ConnectionFailure(invalid, `The connections file ${file} cannot be used: ${problem}`);
}

const invalid = "Events.ConnectionResource.InvalidConnectionState";

/** What each type must have, as texts. */
const required = {
  BASIC: ["BasicAuthParameters.Username", "BasicAuthParameters.Password"],
  API_KEY: ["ApiKeyAuthParameters.ApiKeyName", "ApiKeyAuthParameters.ApiKeyValue"],
  OAUTH_CLIENT_CREDENTIALS: [
    "OAuthParameters.AuthorizationEndpoint",
    "OAuthParameters.HttpMethod",
    "OAuthParameters.ClientParameters.ClientID",
    "OAuthParameters.ClientParameters.ClientSecret",
  ],
} as const satisfies Record<Connection["AuthorizationType"], readonly string[]>;

/** What each may add to requests, as lists. */
const added = ["InvocationHttpParameters", "OAuthParameters.OAuthHttpParameters"].flatMap((holder) =>
  ["HeaderParameters", "QueryStringParameters", "BodyParameters"].map((kind) => `${holder}.${kind}`),
);

function checked(name: string, file: string, value: unknown): Connection {
  const refuse = (what: string): never => {
    throw new ConnectionFailure(invalid, `Connection '${name}' in ${file} ${what}.`);
  };
  const type = memberAt(value, "AuthorizationType");
  const texts = Object.entries(required).find(([own]) => own === type)?.[1];
  if (texts === undefined) {
    const allowed = Object.keys(required).join(", ");
    return refuse(`has the AuthorizationType ${JSON.stringify(type)}; it must be one of ${allowed}`);
  }
  const given = memberAt(value, "AuthParameters");
  const missing = texts.find((place) => typeof memberAt(given, place) !== "string");
  if (missing !== undefined) return refuse(`needs a string at AuthParameters.${missing}`);
  const endpoint = memberAt(given, "OAuthParameters.AuthorizationEndpoint");
  if (typeof endpoint === "string" && !URL.canParse(endpoint))
    return refuse(`has at AuthParameters.OAuthParameters.AuthorizationEndpoint '${endpoint}', which is no URL`);
  const odd = added.find((place) => !isPairs(memberAt(given, place) ?? []));
  if (odd !== undefined)
    return refuse(`needs a list like [{ "Key": "name", "Value": "text" }] at AuthParameters.${odd}`);
  return value as Connection; // what it is used by has been looked at
}

function isPairs(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((pair) => ["Key", "Value"].every((name) => typeof memberAt(pair, name) === "string"))
  );
}

/** `place`: names, joined by dots. */
function memberAt(value: unknown, place: string): unknown {
  return place.split(".").reduce((at: unknown, name) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.entries(at).find(([key]) => key === name)?.[1];
  }, value);
}
