/**
 * An optimized integration with an AWS service: parameters in, the service's answer out, errors under the
 * service's name. Each service has a file in `services/` that says what is its own; most of them are tables.
 */
import type { JsonText } from "../asl/json.ts";
import type { CallResult } from "../engine/ports.ts";
import { type CallFailure, callFailure } from "./call-failure.ts";
import { httpMetadata } from "./http-metadata.ts";
import { requestToken } from "./idempotency.ts";
import type { Integration, IntegrationCall } from "./integration.ts";
import { type Asking, begun } from "./jobs.ts";
import type { Json, Poller, Standing } from "./poller.ts";
import { exceptionName } from "./sdk/failure.ts";
import type { InputStyle } from "./sdk/input.ts";
import type { OutputStyle } from "./sdk/output.ts";
import type { SdkAnswer, SendBySdk } from "./sdk/sdk.ts";
import { upperFirst } from "./sdk/words.ts";

export interface Service {
  /** In the Resource: `arn:aws:states:::sqs:…`. */
  readonly resource: string;
  /** As the SDK's packages are asked for: `aws-sdk:<sdk>:…`. */
  readonly sdk: string;
  /** What error names begin with: `SQS.…`. */
  readonly prefix: string;
  /** What causes call it: `(Service: AmazonSQS; …)`. */
  readonly product: string;
  /** The exception for codes that the service's model has no name for. */
  readonly generalException: string;
  readonly actions: Readonly<Record<string, Action>>;
  /** Recorded: of some services the results tell nothing of the HTTP answer. */
  readonly withoutMetadata?: boolean;
  /** Bytes in its JSON; default base64. */
  readonly bytes?: "text";
  /** As in `InputStyle`. */
  readonly plainText?: string;
}

export interface Action {
  /** The SDK's service and action, where they are called otherwise. */
  readonly calls?: { readonly service?: string; readonly action: string };
  /** The parameters that the SDK gets, where the state writes them otherwise. */
  readonly parameters?: (given: Json) => Json;
  /** As `parameters`, of their text, whose numbers stay as they were written. */
  readonly text?: (given: JsonText, call: IntegrationCall) => JsonText;
  /** As `parameters`, where one has to ask first. */
  readonly prepared?: (given: Json, ask: Ask) => Promise<Asked>;
  /** What the state gets, where it is not the answer as it is. */
  readonly output?: (answer: Json) => Json;
  /** As `output`, where something is to be done with it first. */
  readonly stored?: (output: Json, given: Json, ask: Ask) => Promise<Asked>;
  /** An answer that is a failure all the same. */
  readonly failure?: (answer: Json, pattern: IntegrationCall["pattern"]) => CallFailure | undefined;
  /** With `.sync`: how to wait for the end of what the call began. */
  readonly job?: Poller;
  /** How such a job stands, where its status alone does not tell. */
  readonly judge?: (described: Json) => Standing;
  readonly waitsForToken?: boolean;
}

/** What error texts call a service. */
type Named = Pick<Service, "sdk" | "prefix" | "product" | "generalException">;

/** One more call, under the same name and within the same time. */
export type Ask = (of: Named, action: string, parameters: Json) => Promise<Asked>;

export type Asked = { readonly kind: "answered"; readonly output: Json } | CallFailure;

/** As the SDK that Step Functions uses for these writes JSON. */
const optimizedOutput: OutputStyle = { nameOf: upperFirst, time: (time) => time.getTime(), bytes: "base64" };

export function serviceAction(service: Service, name: string, action: Action, send: SendBySdk): Integration {
  const { bytes = "base64" } = service;
  const plainText = service.plainText === undefined ? {} : { plainText: service.plainText };
  const output: OutputStyle = { ...optimizedOutput, bytes };
  return async (call) => {
    const input: InputStyle = { bytes, idempotencyToken: requestToken(call), ...plainText };
    const sent = { caller: call, input, output };
    const ask: Ask = async (of, asked, parameters) => {
      const answer = await send({ ...sent, service: of.sdk, action: asked, parameters: JSON.stringify(parameters) });
      if (answer.kind !== "answered") return serviceFailure(of, answer);
      return { kind: "answered", output: answer.output as Json };
    };
    const parameters = await parametersOf(action, call, ask);
    if (typeof parameters !== "string") return parameters;
    const { service: sdk = service.sdk, action: called = name } = action.calls ?? {};
    const answer = await send({ ...sent, service: sdk, action: called, parameters });
    if (answer.kind !== "answered") return serviceFailure(service, answer);
    const said = answer.output as Json;
    const failure = action.failure?.(said, call.pattern);
    if (failure !== undefined) return failure;
    const result = action.output?.(said) ?? said;
    const stored = (await action.stored?.(result, JSON.parse(call.arguments), ask)) ?? answered(result);
    if (stored.kind === "failed") return stored;
    const text = service.withoutMetadata ? JSON.stringify(stored.output) : withMetadata(stored.output, answer.http);
    return accepted(action, call, text);
  };
}

/** Their text; or why the call cannot be made. */
async function parametersOf(action: Action, call: IntegrationCall, ask: Ask): Promise<string | CallFailure> {
  const { parameters, text, prepared } = action;
  if (text !== undefined) return text(call.arguments, call);
  if (prepared !== undefined) {
    const made = await prepared(JSON.parse(call.arguments), ask);
    return made.kind === "failed" ? made : JSON.stringify(made.output);
  }
  return parameters === undefined ? call.arguments : JSON.stringify(parameters(JSON.parse(call.arguments)));
}

export function answered(output: Json): Asked {
  return { kind: "answered", output };
}

function accepted({ job }: Action, call: IntegrationCall, output: string): CallResult {
  if (call.pattern === "sync" && job !== undefined) return begun(call, output, job, false);
  return { kind: call.pattern === "request-response" ? "succeeded" : "submitted", output };
}

/** For whoever asks for the jobs of this service. */
export function askingOf(service: Service, action: Action): Asking {
  const bytes = service.bytes ?? "base64";
  return {
    service: action.calls?.service ?? service.sdk,
    bytes,
    output: { ...optimizedOutput, bytes },
    failureOf: (answer) => serviceFailure(service, answer),
  };
}

type Answered = Extract<SdkAnswer, { kind: "answered" }>;

/** In the order of their names, as all members. */
function withMetadata(result: Json, http: Answered["http"]): string {
  const metadata = httpMetadata(http);
  const members = typeof result === "object" && result !== null ? Object.entries(result) : [];
  const texts = [
    ...members.map(([name, value]) => [name, JSON.stringify(value)] as const),
    ["SdkHttpMetadata", metadata.SdkHttpMetadata] as const,
    ["SdkResponseMetadata", metadata.SdkResponseMetadata] as const,
  ];
  texts.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${texts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function serviceFailure(service: Named, answer: Exclude<SdkAnswer, { kind: "answered" }>): CallFailure {
  const { prefix, product, generalException } = service;
  if (answer.kind === "unusable") return callFailure(answer.error, answer.cause);
  if (answer.kind === "unreached") return callFailure(`${prefix}.SdkClientException`, answer.cause);
  const { name, message, code, metadata, modelled } = answer.error;
  const details = [
    `Service: ${product}`,
    `Status Code: ${metadata.httpStatusCode}`,
    `Error Code: ${code}`,
    `Request ID: ${metadata.requestId ?? ""}`,
    "Proxy: null",
  ];
  return callFailure(
    `${prefix}.${modelled ? exceptionName(name) : generalException}`,
    `${message} (${details.join("; ")})`,
  );
}
