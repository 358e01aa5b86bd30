/** API Gateway's HTTP API in front of the request handler, which speaks the wire protocol and REST. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { rememberAccessKeys } from "../lib/adapters/aws/access-keys.ts";
import { makeClients } from "../lib/adapters/aws/clients.ts";
import { requestOf, resultOf } from "../lib/adapters/aws/http-event.ts";
import { createVerifier } from "../lib/api/authentication.ts";
import { createHandler } from "../lib/api/handler.ts";
import { fromEnvironment, openEngine } from "./engine.ts";

// API Gateway ends a request after 29 seconds.
const { engine } = await openEngine({ activityPollMilliseconds: 25_000 });
const region = process.env["AWS_REGION"] ?? "us-east-1";
const keyOf = rememberAccessKeys(fromEnvironment("accessKeySecret").split(","), makeClients().secrets);

// A Lambda invocation takes 6 MB, of which a body may be sent in base64.
const bodyLimitBytes = 5 * 1024 * 1024;

const answer = createHandler(engine, {
  authentication: createVerifier({ keyOf, region }),
  tenant: { account: fromEnvironment("account"), region },
  bodyLimitBytes,
});

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return resultOf(await answer(requestOf(event)));
}
