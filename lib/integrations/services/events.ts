/**
 * Amazon EventBridge: `putEvents`, with and without a task token. One entry that fails fails the state. Each event
 * names the machine and the execution that it comes from, for rules that look at its resources.
 */
import { isArray, isObject, type JsonText, parseJson, property, withProperty, writeJson } from "../../asl/json.ts";
import { callFailure } from "../call-failure.ts";
import type { IntegrationCall } from "../integration.ts";
import type { Json } from "../poller.ts";
import { at } from "../poller.ts";
import type { Service } from "../service.ts";

export const events: Service = {
  resource: "events",
  sdk: "eventbridge",
  prefix: "EventBridge",
  product: "AmazonEventBridge",
  generalException: "AmazonEventBridgeException",
  withoutMetadata: true,
  actions: { putEvents: { text: withSenders, waitsForToken: true, failure: failedEntries } },
};

/** Behind what the state names itself (https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html). */
function withSenders(given: JsonText, call: IntegrationCall): JsonText {
  const parameters = parseJson(given);
  const entries = isObject(parameters) ? property(parameters, "Entries") : undefined;
  const senders = sendersOf(call);
  if (!isObject(parameters) || !isArray(entries) || senders.length === 0) return given;
  const named = entries.map((entry) => {
    if (!isObject(entry)) return entry;
    const own = property(entry, "Resources") ?? [];
    return isArray(own) ? withProperty(entry, "Resources", [...own, ...senders]) : entry;
  });
  return writeJson(withProperty(parameters, "Entries", named));
}

function sendersOf(call: IntegrationCall): readonly string[] {
  const { stateMachineArn } = call;
  return stateMachineArn === undefined ? [] : [stateMachineArn, ...executionOf(call, stateMachineArn)];
}

/** Its ARN, made of the machine's; the child of a Map Run has the run's label in its name and in its ARN. */
function executionOf({ claim, idempotencyKey }: IntegrationCall, stateMachineArn: string): readonly string[] {
  const name = claim?.execution.split("/").at(-1);
  if (name === undefined) return expressOf(idempotencyKey);
  const machine = stateMachineArn.replace(":stateMachine:", ":execution:");
  return [name.includes(":") ? `${machine}/${name}` : `${machine}:${name}`];
}

/** What the key of an Express execution's call begins with; behind it stand branches, claim and attempt. */
function expressOf(idempotencyKey: string): readonly string[] {
  const [, arn] = /^(arn:.+?)(?:\/\d+\.\d+)*\/\d+\/\d+$/.exec(idempotencyKey) ?? [];
  return arn === undefined ? [] : [arn];
}

function failedEntries(answer: Json): ReturnType<typeof callFailure> | undefined {
  const count = at(answer, "$.FailedEntryCount");
  return typeof count === "number" && count > 0
    ? callFailure("EventBridge.FailedEntry", JSON.stringify(answer))
    : undefined;
}
