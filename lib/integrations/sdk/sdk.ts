/**
 * One call of any AWS service through its client package, from JSON to JSON. It tries once. How a failure is
 * named is the business of the integration that asked.
 */
import type { JsonText } from "../../asl/json.ts";
import type { HttpAnswer } from "../http-metadata.ts";
import { type Caller, type Identity, RoleNotAssumed } from "../identity.ts";
import {
  atTheAnswer,
  clientFailure,
  clientSettings,
  headerKeeper,
  httpAnswer,
  isMissingPackage,
  tracing,
} from "../sdk-call.ts";
import { type ServiceError, serviceErrorOf } from "./failure.ts";
import { type InputStyle, inputFrom, UnsuitableParameters } from "./input.ts";
import { loadSdk, type Sdk, type SdkClient } from "./load.ts";
import { type OutputStyle, outputFrom } from "./output.ts";
import { packageOf } from "./packages.ts";
import { operationOf } from "./schema.ts";

export interface SdkRequest {
  /** As in `aws-sdk:<service>:<action>`. */
  readonly service: string;
  readonly action: string;
  readonly parameters: JsonText;
  readonly caller: Caller;
  readonly input: InputStyle;
  readonly output: OutputStyle;
}

export type SdkAnswer =
  | { readonly kind: "answered"; readonly output: object; readonly http: HttpAnswer }
  /** The service raised an exception; `serviceId` is its name in its own words, `Secrets Manager`. */
  | { readonly kind: "refused"; readonly error: ServiceError; readonly serviceId: string }
  /** The call did not come through. */
  | { readonly kind: "unreached"; readonly cause: string; readonly serviceId: string }
  /** Nothing that a retry could change. */
  | { readonly kind: "unusable"; readonly error: "States.Runtime" | "States.Permissions"; readonly cause: string };

export type SendBySdk = (request: SdkRequest) => Promise<SdkAnswer>;

/** Clients are kept for as long as this, which is each Region, service and role that the machines use. */
const mostClients = 1_000;

export function createSdk(identity: Identity): SendBySdk {
  const packages = new Map<string, Sdk>();
  const clients = new Map<string, SdkClient>();
  const sdkOf = (name: string): Sdk => {
    const sdk = packages.get(name) ?? loadSdk(name);
    packages.set(name, sdk);
    return sdk;
  };
  const clientOf = (sdk: Sdk, { service, caller }: SdkRequest): SdkClient => {
    const { name, credentials } = identity(caller);
    const key = [service, caller.region, name].join("|");
    const known = clients.get(key);
    if (known !== undefined) return known;
    if (clients.size >= mostClients) clients.clear();
    const client = new sdk.client({ ...clientSettings(caller.region), ...(credentials && { credentials }) });
    clients.set(key, client);
    return client;
  };
  return async (request) => {
    const packageName = packageOf(request.service);
    let sdk: Sdk;
    try {
      sdk = sdkOf(packageName);
    } catch (error) {
      if (isMissingPackage(error, packageName)) return unusable(notInstalled(request, packageName));
      throw error;
    }
    return sendBy(sdk, () => clientOf(sdk, request), request, packageName);
  };
}

async function sendBy(
  sdk: Sdk,
  clientOf: () => SdkClient,
  request: SdkRequest,
  packageName: string,
): Promise<SdkAnswer> {
  const { service, action, caller } = request;
  const Command = sdk.commands.get(action.toLowerCase());
  if (Command === undefined) {
    return unusable(`The service '${service}' has no action '${action}' (in ${packageName}).`);
  }
  const operation = operationOf(new Command({}).schema);
  if (operation === undefined) {
    return unusable(`${packageName} is too old to be called by Baton: npm install ${packageName}@latest`);
  }
  const client = clientOf();
  const { serviceId } = client.config;
  const keeper = headerKeeper();
  try {
    const command = new Command(inputFrom(request.parameters, operation.input, request.input));
    command.middlewareStack.add(keeper.middleware, atTheAnswer);
    const { traceHeader } = caller;
    if (traceHeader !== undefined) command.middlewareStack.add(tracing(traceHeader), { step: "build" });
    const output = await client.send(command, { abortSignal: caller.signal });
    const read = await outputFrom(output, operation.output, request.output);
    return { kind: "answered", output: read as object, http: httpAnswer(output.$metadata, keeper.headers()) };
  } catch (error) {
    if (caller.signal.aborted) throw caller.signal.reason;
    if (error instanceof UnsuitableParameters) return unusable(error.message);
    if (error instanceof RoleNotAssumed) return { kind: "unusable", error: "States.Permissions", cause: error.message };
    const raised = serviceErrorOf(error);
    if (raised !== undefined) return { kind: "refused", error: raised, serviceId };
    return { kind: "unreached", cause: clientFailure(error, serviceId), serviceId };
  }
}

function unusable(cause: string): SdkAnswer {
  return { kind: "unusable", error: "States.Runtime", cause };
}

function notInstalled({ service, action }: SdkRequest, packageName: string): string {
  return (
    `To call ${service}:${action} the package ${packageName} is needed, which is not installed. ` +
    `Install it: npm install ${packageName}`
  );
}
