/** What answers HTTP, behind API Gateway or a function URL, with the same verification. Not a function itself. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { rememberAccessKeys } from "../lib/adapters/aws/access-keys.ts";
import { makeClients } from "../lib/adapters/aws/clients.ts";
import { requestOf, resultOf } from "../lib/adapters/aws/http-event.ts";
import { createVerifier } from "../lib/api/authentication.ts";
import type { ConsoleFiles } from "../lib/api/console.ts";
import { createHandler } from "../lib/api/handler.ts";
import type { EngineOptions } from "../lib/engine/engine.ts";
import { openEngine } from "./engine.ts";
import { fromEnvironment } from "./environment.ts";

export type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** A Lambda invocation takes 6 MB, of which a body may be sent in base64. */
const bodyLimitBytes = 5 * 1024 * 1024;

export async function openHttp(options: Partial<EngineOptions>, page?: ConsoleFiles): Promise<HttpHandler> {
  const { engine } = await openEngine(options);
  const region = process.env["AWS_REGION"] ?? "us-east-1";
  const keyOf = rememberAccessKeys(fromEnvironment("accessKeySecret").split(","), makeClients().secrets);
  const answer = createHandler(engine, {
    authentication: createVerifier({ keyOf, region }),
    tenant: { account: fromEnvironment("account"), region },
    bodyLimitBytes,
    ...(page && { console: page }),
  });
  return async (event) => resultOf(await answer(requestOf(event)));
}
