/** Connections as EventBridge keeps them: the description from its API, what is secret from Secrets Manager. */
import { callFailure } from "../call-failure.ts";
import type { FindConnection } from "../http-invoke.ts";
import type { IntegrationCall } from "../integration.ts";
import { at, type Json } from "../poller.ts";
import type { SendBySdk } from "../sdk/sdk.ts";
import { upperFirst } from "../sdk/words.ts";
import { type Connection, ConnectionFailure, type HttpParameters } from "./connection.ts";

/** A connection that was changed counts from then on at the latest. */
const rememberedMilliseconds = 5 * 60_000;

export function eventBridgeConnections(send: SendBySdk, now: () => number = Date.now): FindConnection {
  const known = new Map<string, { readonly connection: Connection; readonly until: number }>();
  return async (arn, call) => {
    const key = `${call.stateMachineArn} ${call.machineRoleArn} ${call.roleArn} ${arn}`;
    const found = known.get(key);
    if (found !== undefined && found.until > now()) return found.connection;
    const connection = await read(send, arn, call);
    if (connection !== undefined) known.set(key, { connection, until: now() + rememberedMilliseconds });
    return connection;
  };
}

async function read(send: SendBySdk, arn: string, call: IntegrationCall): Promise<Connection | undefined> {
  const name = /:connection\/([^/]+)/.exec(arn)?.[1];
  if (name === undefined) return undefined;
  const described = await ask(send, call, "eventbridge", "describeConnection", { Name: name });
  const type = at(described, "$.AuthorizationType");
  const secretId = at(described, "$.SecretArn");
  if (typeof secretId !== "string") return undefined;
  const secret = await ask(send, call, "secretsmanager", "getSecretValue", { SecretId: secretId });
  const text = at(secret, "$.SecretString");
  return connectionOf(String(type), described, JSON.parse(typeof text === "string" ? text : "{}"));
}

async function ask(
  send: SendBySdk,
  call: IntegrationCall,
  service: string,
  action: string,
  parameters: Json,
): Promise<Json> {
  const answer = await send({
    service,
    action,
    parameters: JSON.stringify(parameters),
    caller: call,
    input: { bytes: "text", idempotencyToken: "" },
    output: { nameOf: upperFirst, time: (time) => time.toISOString(), bytes: "text" },
  });
  if (answer.kind === "answered") return answer.output as Json;
  if (answer.kind === "unusable") throw new ConnectionFailure(answer.error, answer.cause);
  const cause = answer.kind === "refused" ? answer.error.message : answer.cause;
  const isDenied = answer.kind === "refused" && /AccessDenied/.test(answer.error.name);
  const name = isDenied ? "AccessDenied" : "InvalidConnectionState";
  throw new ConnectionFailure(`Events.ConnectionResource.${name}`, callFailure("", cause).cause);
}

/** The secret has the values, under names of its own; the description what is no secret. */
function connectionOf(type: string, described: Json, secret: Json): Connection {
  const parameters = parametersIn(at(secret, "$.invocation_http_parameters"));
  const more = parameters === undefined ? {} : { InvocationHttpParameters: parameters };
  const text = (place: string): string => String(at(secret, place) ?? "");
  switch (type) {
    case "BASIC": {
      const BasicAuthParameters = { Username: text("$.username"), Password: text("$.password") };
      return { AuthorizationType: "BASIC", AuthParameters: { BasicAuthParameters, ...more } };
    }
    case "API_KEY": {
      const ApiKeyAuthParameters = { ApiKeyName: text("$.api_key_name"), ApiKeyValue: text("$.api_key_value") };
      return { AuthorizationType: "API_KEY", AuthParameters: { ApiKeyAuthParameters, ...more } };
    }
    case "OAUTH_CLIENT_CREDENTIALS": {
      const oauth = at(described, "$.AuthParameters.OAuthParameters") ?? {};
      const own = parametersIn(at(secret, "$.oauth_http_parameters"));
      const OAuthParameters = {
        AuthorizationEndpoint: String(
          at(oauth, "$.AuthorizationEndpoint") ?? at(secret, "$.authorization_endpoint") ?? "",
        ),
        HttpMethod: String(at(oauth, "$.HttpMethod") ?? at(secret, "$.http_method") ?? "POST"),
        ClientParameters: { ClientID: text("$.client_id"), ClientSecret: text("$.client_secret") },
        ...(own && { OAuthHttpParameters: own }),
      };
      return { AuthorizationType: "OAUTH_CLIENT_CREDENTIALS", AuthParameters: { OAuthParameters, ...more } };
    }
    default:
      throw new ConnectionFailure(
        "Events.ConnectionResource.InvalidConnectionState",
        `The connection has the type ${type}.`,
      );
  }
}

function parametersIn(value: Json | undefined): HttpParameters | undefined {
  if (value === undefined) return undefined;
  const list = (place: string) => {
    const found = at(value, place);
    const items = Array.isArray(found) ? found : [];
    return items.map((item: Json) => ({
      Key: String(at(item, "$.key") ?? ""),
      Value: String(at(item, "$.value") ?? ""),
    }));
  };
  return {
    HeaderParameters: list("$.header_parameters"),
    QueryStringParameters: list("$.query_string_parameters"),
    BodyParameters: list("$.body_parameters"),
  };
}
