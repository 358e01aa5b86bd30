/**
 * Functions that somebody else runs and that answer over HTTP: the event is POSTed to the function's
 * URL, the body of the answer is the result. A status outside 2xx, or Lambda's own header
 * `X-Amz-Function-Error`, says that the function failed; then the body should be `{errorType, errorMessage}`.
 */
import type { FunctionAnswer, FunctionInvoker } from "../../integrations/function-invoker.ts";
import { errorText, responseLimitBytes, responseTooLarge } from "./error-text.ts";
import { type HttpClient, httpClient } from "./http-client.ts";

export interface UrlFunctions {
  readonly invoke: FunctionInvoker;
  /** Breaks off what is under way. It is never answered: nobody knows what it came to. */
  close(): Promise<void>;
}

export function urlFunctions(urls: Readonly<Record<string, string>>): UrlFunctions {
  const targets = new Map(Object.entries(urls).map(([name, url]) => [name, httpUrl(name, url)]));
  const client = httpClient();
  let closed = false;
  return {
    invoke: async ({ name, payload, signal, traceHeader }) => {
      const url = targets.get(name);
      if (url === undefined) return undefined;
      const requestId = crypto.randomUUID();
      try {
        return answerOf(requestId, await post(client, url, payload, { requestId, signal, traceHeader }));
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        return closed ? await new Promise<never>(() => {}) : unreachableServer(error);
      }
    },
    close() {
      closed = true;
      return client.close();
    },
  };
}

function httpUrl(name: string, text: string): URL {
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw new Error(`the URL of function '${name}' must begin with http:// or https://, but is '${text}'`);
  }
  return new URL(text);
}

interface Reply {
  readonly statusCode: number;
  readonly functionError: string | undefined;
  readonly executedVersion: string | undefined;
  readonly body: string;
  readonly tooLarge: boolean;
}

interface Asked {
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly traceHeader: string | undefined;
}

async function post(
  client: HttpClient,
  url: URL,
  body: string,
  { requestId, signal, traceHeader }: Asked,
): Promise<Reply> {
  const headers = {
    "content-type": "application/json",
    "x-amz-invocation-type": "RequestResponse",
    "x-amzn-requestid": requestId,
    ...(traceHeader === undefined ? {} : { "x-amzn-trace-id": traceHeader }),
  };
  const answer = await client.post(url, { headers, body, signal, limitBytes: responseLimitBytes });
  return {
    statusCode: answer.statusCode,
    functionError: header(answer.headers["x-amz-function-error"]),
    executedVersion: header(answer.headers["x-amz-executed-version"]),
    body: answer.body ?? "",
    tooLarge: answer.body === undefined,
  };
}

function header(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function answerOf(requestId: string, reply: Reply): FunctionAnswer {
  if (reply.statusCode === 429) {
    const cause = `Rate Exceeded. (Service: Lambda, Status Code: 429, Request ID: ${requestId})`;
    return { kind: "refused", exception: "TooManyRequestsException", cause };
  }
  const successful = reply.statusCode >= 200 && reply.statusCode < 300;
  const answered = (payload: string, functionError?: string): FunctionAnswer => ({
    kind: "answered",
    payload,
    functionError,
    executedVersion: reply.executedVersion ?? "$LATEST",
    requestId,
    statusCode: 200,
  });
  if (reply.tooLarge) return answered(responseTooLarge, "Unhandled");
  if (successful && reply.functionError === undefined) {
    if (reply.body === "") return answered("null");
    return isJson(reply.body) ? answered(reply.body) : answered(notJson(reply.body), "Unhandled");
  }
  return answered(reply.body || statusOnly(reply), reply.functionError ?? "Unhandled");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function notJson(body: string): string {
  return errorText("Runtime.InvalidResponse", `The function's answer is not JSON: ${body.slice(0, 200)}`);
}

function statusOnly({ statusCode }: Reply): string {
  return JSON.stringify({ errorMessage: `The function's URL answered with status ${statusCode} and no body` });
}

/** As the SDK that Step Functions uses says it. */
function unreachableServer(error: unknown): FunctionAnswer {
  if (!(error instanceof Error)) throw error;
  const reason = error.message === "" && "code" in error ? String(error.code) : error.message;
  return { kind: "refused", exception: "SdkClientException", cause: `Unable to execute HTTP request: ${reason}` };
}
