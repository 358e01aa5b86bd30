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
  const headers = Object.fromEntries(response.headers);
  const result = { statusCode: response.status, headers, body, isBase64Encoded: !isText };
  const bytes = body.length < surelyShort ? 0 : Buffer.byteLength(JSON.stringify(result));
  return bytes > mostBytes ? tooLarge(headers, bytes) : result;
}

/** What Lambda takes as a function's answer. */
const mostBytes = 6_291_556;
/** Whatever its characters are: JSON writes none with more than six bytes. */
const surelyShort = 1_000_000;

/** Lambda would end the function, and API Gateway say "Internal Server Error", which clients try again. */
function tooLarge(
  { "x-amzn-requestid": id }: Record<string, string>,
  bytes: number,
): APIGatewayProxyStructuredResultV2 {
  const name = "ResponseTooLarge";
  const message =
    `The answer has ${bytes} bytes, and a Lambda function may answer ${mostBytes}. Leave its data out: ` +
    "includedData METADATA_ONLY to describe, includeExecutionData false for a history.";
  return {
    statusCode: 413,
    headers: {
      "content-type": "application/json",
      "x-amzn-errortype": name,
      ...(id !== undefined && { "x-amzn-requestid": id }),
    },
    body: JSON.stringify({ __type: name, message }),
  };
}
