/** API Gateway's HTTP API in front of the request handler, which speaks the wire protocol and REST. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { openAccessKeys } from "../lib/adapters/aws/access-keys.ts";
import { createVerifier } from "../lib/api/authentication.ts";
import { createHandler } from "../lib/api/handler.ts";
import { fromEnvironment, openEngine } from "./engine.ts";

const { engine } = await openEngine();
const region = process.env["AWS_REGION"] ?? "us-east-1";
const answer = createHandler(engine, {
  authentication: createVerifier({ secretOf: openAccessKeys(fromEnvironment("accessKeySecret")), region }),
  tenant: { account: fromEnvironment("account"), region },
});

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const response = await answer(requestOf(event));
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

/** The path and the query stay as they were sent: the signature covers them. */
function requestOf({
  requestContext,
  rawPath,
  rawQueryString,
  headers,
  body,
  isBase64Encoded,
}: APIGatewayProxyEventV2) {
  const query = rawQueryString === "" ? "" : `?${rawQueryString}`;
  return new Request(`https://${requestContext.domainName}${rawPath}${query}`, {
    method: requestContext.http.method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, value ?? ""]),
    ...(body === undefined ? {} : { body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8") }),
  });
}
