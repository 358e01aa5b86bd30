/**
 * An optimized integration with an AWS service: parameters in, the service's answer with HTTP metadata
 * out, errors under the service's name. Each service has a file that says what is its own.
 */
import type { CallResult } from "../engine/ports.ts";
import { callFailure } from "./call-failure.ts";
import { httpMetadata } from "./http-metadata.ts";
import type { Integration, IntegrationCall } from "./integration.ts";
import { compact, membersOf } from "./json-text.ts";
import {
  type ClientSettings,
  clientFailure,
  clientSettings,
  headerKeeper,
  httpAnswer,
  isMissingPackage,
  type SdkMetadata,
} from "./sdk-call.ts";

export interface Service {
  /** In the Resource: `arn:aws:states:::sqs:…`. */
  readonly resource: string;
  /** What error names begin with: `SQS.…`. */
  readonly prefix: string;
  /** What causes call it: `(Service: AmazonSQS; …)`. */
  readonly product: string;
  /** The exception for codes that the service's model has no name for. */
  readonly generalException: string;
  readonly packageName: string;
  readonly actions: readonly string[];
  /** Parameters that the service wants as text, whatever JSON the state has there. */
  readonly textParameters: readonly string[];
  /** Loads the SDK's package; answers each action by its name. */
  readonly connect: (settings: ClientSettings) => Promise<Readonly<Record<string, Action>>>;
}

/** The SDK writes the parameters as they are, and the service refuses what is wrong with them. */
type Action = (parameters: unknown, call: SdkCall) => Promise<{ readonly $metadata: SdkMetadata }>;

interface SdkCall {
  readonly options: { readonly abortSignal: AbortSignal };
  readonly middleware: ReturnType<typeof headerKeeper>["middleware"];
}

export function serviceAction(service: Service, action: string): Integration {
  const clients = new Map<string, ReturnType<Service["connect"]>>();
  return async (call) => {
    if (call.roleArn !== undefined) return otherIdentity(service, call.roleArn);
    let client = clients.get(call.region);
    if (client === undefined) {
      client = service.connect(clientSettings(call.region));
      clients.set(call.region, client);
    }
    try {
      const { [action]: make } = await client;
      if (make === undefined) throw new Error(`${service.prefix} has no action '${action}'`);
      return await send(make, service, call);
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      if (isMissingPackage(error, service.packageName)) return notInstalled(service);
      return failureOf(service, error);
    }
  };
}

async function send(make: Action, service: Service, call: IntegrationCall): Promise<CallResult> {
  const keeper = headerKeeper();
  const { $metadata, ...output } = await make(parametersOf(service, call.arguments), {
    options: { abortSignal: call.signal },
    middleware: keeper.middleware,
  });
  const metadata = httpMetadata(httpAnswer($metadata, keeper.headers()));
  const members = [
    ...Object.entries(output).flatMap(([name, value]) => (value === undefined ? [] : [member(name, value)])),
    `"SdkHttpMetadata":${metadata.SdkHttpMetadata}`,
    `"SdkResponseMetadata":${metadata.SdkResponseMetadata}`,
  ];
  return { kind: call.waitsForToken ? "submitted" : "succeeded", output: `{${members.join(",")}}` };
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value, binaryAsBase64)}`;
}

function binaryAsBase64(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  return original instanceof Uint8Array ? Buffer.from(original).toString("base64") : value;
}

/** Without those that are null, which are none to the services. */
function parametersOf(service: Service, text: string): Readonly<Record<string, unknown>> {
  const members = [...(membersOf(text) ?? [])].filter(([, value]) => value !== "null");
  return Object.fromEntries(
    members.map(([name, value]) => {
      const asText = service.textParameters.includes(name) && !value.startsWith('"');
      return [name, asText ? compact(value) : (JSON.parse(value) as unknown)];
    }),
  );
}

function failureOf(service: Service, error: unknown): CallResult {
  const answer = serviceError(error);
  if (answer === undefined) {
    return callFailure(`${service.prefix}.SdkClientException`, clientFailure(error, service.prefix));
  }
  const { name, message, code, metadata, modelled } = answer;
  const details = [
    `Service: ${service.product}`,
    `Status Code: ${metadata.httpStatusCode}`,
    `Error Code: ${code}`,
    `Request ID: ${metadata.requestId ?? ""}`,
    "Proxy: null",
  ];
  // SQS names some without the suffix; the SDK that Step Functions uses gives it to all.
  const named = name.endsWith("Exception") ? name : `${name}Exception`;
  const exception = modelled ? named : service.generalException;
  return callFailure(`${service.prefix}.${exception}`, `${message} (${details.join("; ")})`);
}

/** What an exception of the SDK says, if the service raised it. */
function serviceError(error: unknown) {
  if (!(error instanceof Error) || !("$fault" in error) || !("$metadata" in error)) return undefined;
  const metadata: SdkMetadata = typeof error.$metadata === "object" && error.$metadata !== null ? error.$metadata : {};
  if (metadata.httpStatusCode === undefined) return undefined;
  const code = "Code" in error && typeof error.Code === "string" ? error.Code.replace(/^.*#/, "") : error.name;
  // Exceptions that the model names have classes of their own; the others have the service's base class.
  const modelled = !/^[A-Z]\w+ServiceException$/.test(error.constructor.name);
  return { name: error.name, message: error.message, code, metadata, modelled };
}

function notInstalled({ prefix, packageName }: Service): CallResult {
  return callFailure(
    "States.Runtime",
    `To call ${prefix} the package ${packageName} is needed, which is not installed. Install it: npm install ${packageName}`,
  );
}

function otherIdentity({ prefix }: Service, roleArn: string): CallResult {
  return callFailure(
    "States.Runtime",
    `${prefix} is called under this installation's own identity, which does not assume the role '${roleArn}' of the state's Credentials.`,
  );
}
