/** Between API Gateway's HTTP API (payload format 2.0) and the Request and Response of the Fetch API. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** API Gateway hands the path on decoded, so a signature only holds over names that need no escapes. */
export function requestOf(event: APIGatewayProxyEventV2): Request {
  const { requestContext, rawPath, rawQueryString, headers, body, isBase64Encoded } = event;
  const { domainName, http } = requestContext;
  const query = rawQueryString === "" ? "" : `?${rawQueryString}`;
  const bodiless = body === undefined || http.method === "GET" || http.method === "HEAD";
  return new Request(`https://${domainName}${rawPath}${query}`, {
    method: http.method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, value ?? ""]),
    ...(bodiless ? {} : { body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8") }),
  });
}

export async function resultOf(response: Response): Promise<APIGatewayProxyStructuredResultV2> {
  const isText = !response.headers.has("content-encoding");
  const body = isText ? await response.text() : Buffer.from(await response.arrayBuffer()).toString("base64");
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body, isBase64Encoded: !isText };
}
