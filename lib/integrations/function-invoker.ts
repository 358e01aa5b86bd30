/**
 * How a function is invoked: the port between Lambda's two integrations and whoever runs the function
 * (a local folder, a URL, AWS). Not what a state machine sees of it: that is `lambda-function.ts` and
 * `lambda-invoke.ts`.
 */
import type { JsonText } from "../asl/json.ts";
import type { FunctionReference } from "./function-reference.ts";
import type { Caller } from "./identity.ts";

export interface Invocation extends Caller {
  /** As the definition names it: a name, a partial or a full ARN, with or without a qualifier. */
  readonly reference: string;
  /** The bare name in it. */
  readonly name: string;
  readonly qualifier?: string | undefined;
  readonly payload: JsonText;
  readonly type: "RequestResponse" | "Event" | "DryRun";
  readonly clientContext?: string | undefined;
  readonly logType?: "None" | "Tail" | undefined;
}

/** What is asked of the function, beside where it is and for whom. */
type Asked = Pick<Invocation, "reference" | "payload" | "type" | "clientContext" | "logType">;

/** Of a call it has for whom it is, and when it is over; and where the function is, if its name does not say. */
export function invocationOf(call: Caller, named: FunctionReference, asked: Asked): Invocation {
  const { signal, roleArn, machineRoleArn, stateMachineArn, claim, traceHeader } = call;
  const { name, qualifier, region = call.region, account = call.account } = named;
  const { reference, payload, type, clientContext, logType } = asked;
  return {
    name,
    qualifier,
    reference,
    payload,
    type,
    clientContext,
    logType,
    region,
    account,
    signal,
    roleArn,
    machineRoleArn,
    stateMachineArn,
    claim,
    traceHeader,
  };
}

export type FunctionAnswer =
  | FunctionAnswered
  /** Lambda itself refused: the exception's name without prefix, and the whole cause. */
  | { readonly kind: "refused"; readonly exception: string; readonly cause: string }
  /** Nothing that a retry could change: a setting is wrong, something is not installed, or a role is not ours to assume. */
  | { readonly kind: "misconfigured"; readonly cause: string; readonly error?: "States.Permissions" };

export interface FunctionAnswered {
  readonly kind: "answered";
  /** JSON text; empty where Lambda sends none (`Event`, `DryRun`). */
  readonly payload: JsonText;
  /** Present where the function failed; the payload then says how. */
  readonly functionError?: string | undefined;
  readonly executedVersion?: string;
  readonly logResult?: string;
  readonly statusCode: number;
  readonly requestId: string;
  /** Headers of the answer by canonical name; absent where no HTTP was spoken. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `undefined`: not a function of mine, ask the next. Rejects with the signal's reason once that is aborted. */
export type FunctionInvoker = (invocation: Invocation) => Promise<FunctionAnswer | undefined>;

/** Somebody always answers. */
export type InvokeFunction = (invocation: Invocation) => Promise<FunctionAnswer>;

/** The first invoker that knows the function. */
export function inOrder(invokers: readonly FunctionInvoker[]): InvokeFunction {
  return async (invocation) => {
    for (const invoke of invokers) {
      const answer = await invoke(invocation);
      if (answer !== undefined) return answer;
    }
    return { kind: "refused", exception: "ResourceNotFoundException", cause: functionNotFound(invocation) };
  };
}

/** Lambda's own text for a function that is not there. */
function functionNotFound({ region, account, name, qualifier }: Invocation): string {
  const arn = `arn:aws:lambda:${region}:${account}:function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`;
  return `Function not found: ${arn} (Service: Lambda, Status Code: 404, Request ID: ${crypto.randomUUID()})`;
}
