/**
 * Invokes functions on AWS, or on whatever answers Lambda's Invoke API at `AWS_ENDPOINT_URL_LAMBDA` or
 * `AWS_ENDPOINT_URL`. The SDK is loaded on the first call, so that who never calls AWS need not have it.
 * It never tries twice: a Task's Retry is the only one who may.
 */
import type { InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import type { FunctionAnswer, FunctionInvoker, Invocation } from "./function-invoker.ts";
import { createIdentity, type Identity, RoleNotAssumed } from "./identity.ts";
import { isJson } from "./json-text.ts";
import { atTheAnswer, clientFailure, clientSettings, headerKeeper, isMissingPackage, tracing } from "./sdk-call.ts";

const packageName = "@aws-sdk/client-lambda";
type Sdk = typeof import("@aws-sdk/client-lambda");

export interface LambdaOptions {
  readonly load?: () => Promise<Sdk>;
  /** Under whose name; by default the process's own, and any role that `Credentials` name. */
  readonly identity?: Identity;
}

const mostClients = 1_000;

export function lambdaService(options: LambdaOptions = {}): FunctionInvoker {
  const { load = () => import("@aws-sdk/client-lambda"), identity = createIdentity() } = options;
  const clients = new Map<string, LambdaClient>();
  return async (invocation) => {
    let sdk: Sdk;
    try {
      sdk = await load();
    } catch (error) {
      if (isMissingPackage(error, packageName)) return notInstalled(invocation.name);
      throw error;
    }
    const { name, credentials } = identity(invocation);
    const key = `${invocation.region}|${name}`;
    const client =
      clients.get(key) ??
      new sdk.LambdaClient({ ...clientSettings(invocation.region), ...(credentials && { credentials }) });
    if (clients.size >= mostClients) clients.clear();
    clients.set(key, client);
    return await invokeBy(sdk, client, invocation);
  };
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
  const keeper = headerKeeper();
  command.middlewareStack.add(keeper.middleware, atTheAnswer);
  const { traceHeader } = invocation;
  if (traceHeader !== undefined) command.middlewareStack.add(tracing(traceHeader), { step: "build" });
  let output: InvokeCommandOutput;
  try {
    output = await client.send(command, { abortSignal: invocation.signal });
  } catch (error) {
    if (invocation.signal.aborted) throw invocation.signal.reason;
    if (error instanceof RoleNotAssumed)
      return { kind: "misconfigured", error: "States.Permissions", cause: error.message };
    return refusal(sdk, error);
  }
  return answered(output, keeper.headers());
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
  return { kind: "refused", exception: "SdkClientException", cause: clientFailure(error, "Lambda") };
}

function notInstalled(name: string): FunctionAnswer {
  return {
    kind: "misconfigured",
    cause:
      `Function '${name}' is not a local one, and to call it on AWS the package ${packageName} is needed, ` +
      `which is not installed. Install it (npm install ${packageName}), or put the function into the functions folder.`,
  };
}
