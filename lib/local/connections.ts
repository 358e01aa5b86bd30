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
  BASIC: ["BasicAuthParameters", ["Username", "Password"]],
  API_KEY: ["ApiKeyAuthParameters", ["ApiKeyName", "ApiKeyValue"]],
  OAUTH_CLIENT_CREDENTIALS: ["OAuthParameters", ["AuthorizationEndpoint", "HttpMethod"]],
} as const satisfies Record<Connection["AuthorizationType"], readonly [string, readonly string[]]>;

function checked(name: string, file: string, value: unknown): Connection {
  const type = member(value, "AuthorizationType");
  const rule = Object.entries(required).find(([own]) => own === type)?.[1];
  if (rule === undefined) {
    const allowed = Object.keys(required).join(", ");
    throw new ConnectionFailure(
      invalid,
      `Connection '${name}' in ${file} has the AuthorizationType ${JSON.stringify(type)}; it must be one of ${allowed}.`,
    );
  }
  const [kind, names] = rule;
  const given = member(member(value, "AuthParameters"), kind);
  const missing = names.find((one) => typeof member(given, one) !== "string");
  if (missing !== undefined) {
    throw new ConnectionFailure(
      invalid,
      `Connection '${name}' in ${file} needs a string at AuthParameters.${kind}.${missing}.`,
    );
  }
  return value as Connection; // what it is used by has been looked at
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
