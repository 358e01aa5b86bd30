/**
 * Invokes functions on AWS, or on whatever answers Lambda's Invoke API at `AWS_ENDPOINT_URL_LAMBDA` or
 * `AWS_ENDPOINT_URL`. The SDK is loaded on the first call, so that who never calls AWS need not have it.
 * It never tries twice: a Task's Retry is the only one who may.
 */
import type { InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import type { FunctionAnswer, FunctionInvoker, Invocation } from "./function-invoker.ts";
import { isJson } from "./json-text.ts";

const packageName = "@aws-sdk/client-lambda";
type Sdk = typeof import("@aws-sdk/client-lambda");

/** Beyond the 15 minutes that a function may run, and so beyond any lease: the engine ends a call, not the socket. */
const socketTimeoutMilliseconds = 16 * 60 * 1000;
const connectionTimeoutMilliseconds = 10_000;
/** Calls that a worker has open at once; the SDK's default of 50 would make the others wait unseen. */
const maxSockets = 1000;

export function lambdaService(load: () => Promise<Sdk> = () => import("@aws-sdk/client-lambda")): FunctionInvoker {
  const clients = new Map<string, LambdaClient>();
  return async (invocation) => {
    if (invocation.roleArn !== undefined) return otherIdentity(invocation.roleArn);
    let sdk: Sdk;
    try {
      sdk = await load();
    } catch (error) {
      if (isMissingPackage(error)) return notInstalled(invocation.name);
      throw error;
    }
    let client = clients.get(invocation.region);
    if (client === undefined) {
      client = createClient(sdk, invocation.region);
      clients.set(invocation.region, client);
    }
    return await invokeBy(sdk, client, invocation);
  };
}

function createClient(sdk: Sdk, region: string): LambdaClient {
  return new sdk.LambdaClient({
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectionTimeoutMilliseconds,
      requestTimeout: socketTimeoutMilliseconds,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  });
}

async function invokeBy(sdk: Sdk, client: LambdaClient, invocation: Invocation): Promise<FunctionAnswer> {
  const command = new sdk.InvokeCommand({
    FunctionName: invocation.reference,
    InvocationType: invocation.type,
    Payload: Buffer.from(invocation.payload),
    ...(!invocation.reference.endsWith(`:${invocation.qualifier}`) && { Qualifier: invocation.qualifier }),
    ...(invocation.clientContext !== undefined && { ClientContext: invocation.clientContext }),
    ...(invocation.logType !== undefined && { LogType: invocation.logType }),
  });
  let headers: Record<string, string> = {};
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      headers = headersOf(result.response);
      return result;
    },
    { step: "deserialize", name: "keepHeaders", priority: "low" },
  );
  let output: InvokeCommandOutput;
  try {
    output = await client.send(command, { abortSignal: invocation.signal });
  } catch (error) {
    if (invocation.signal.aborted) throw invocation.signal.reason;
    return refusal(sdk, error);
  }
  return answered(output, headers);
}

function answered(output: InvokeCommandOutput, headers: Record<string, string>): FunctionAnswer {
  // An empty body comes as null, whatever the type says.
  const text = Buffer.from(output.Payload ?? []).toString("utf8");
  const usable = text === "" || isJson(text);
  const functionError = output.FunctionError ?? (usable ? undefined : "Unhandled");
  return {
    kind: "answered",
    payload: text,
    ...(functionError !== undefined && { functionError }),
    ...(output.ExecutedVersion !== undefined && { executedVersion: output.ExecutedVersion }),
    ...(output.LogResult !== undefined && { logResult: output.LogResult }),
    statusCode: output.StatusCode ?? 200,
    requestId: output.$metadata.requestId ?? "",
    headers,
  };
}

function headersOf(response: unknown): Record<string, string> {
  if (typeof response !== "object" || response === null || !("headers" in response)) return {};
  const headers = response.headers;
  if (typeof headers !== "object" || headers === null) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** The names are those of the SDK for Java, which is what Step Functions calls Lambda with. */
function refusal(sdk: Sdk, error: unknown): FunctionAnswer {
  if (error instanceof sdk.LambdaServiceException) {
    const { httpStatusCode, requestId } = error.$metadata;
    const modelled = error.constructor !== sdk.LambdaServiceException;
    return {
      kind: "refused",
      exception: modelled ? error.name : "AWSLambdaException",
      cause: `${error.message} (Service: Lambda, Status Code: ${httpStatusCode}, Request ID: ${requestId})`,
    };
  }
  if (!(error instanceof Error)) throw error;
  const cause =
    error.name === "CredentialsProviderError"
      ? `Unable to load credentials for Lambda: ${error.message}`
      : `Unable to execute HTTP request: ${error.message}`;
  return { kind: "refused", exception: "SdkClientException", cause };
}

function isMissingPackage(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND") &&
    error.message.includes(packageName)
  );
}

function notInstalled(name: string): FunctionAnswer {
  return {
    kind: "misconfigured",
    cause:
      `Function '${name}' is not a local one, and to call it on AWS the package ${packageName} is needed, ` +
      `which is not installed. Install it (npm install ${packageName}), or put the function into the functions folder.`,
  };
}

function otherIdentity(roleArn: string): FunctionAnswer {
  return {
    kind: "misconfigured",
    cause: `Functions on AWS are called under this installation's own identity, which does not assume the role '${roleArn}' of the state's Credentials.`,
  };
}
