/** Amazon EventBridge: `putEvents`, with and without a task token. One entry that fails fails the state. */
import { callFailure } from "../call-failure.ts";
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
  actions: { putEvents: { waitsForToken: true, failure: failedEntries } },
};

function failedEntries(answer: Json): ReturnType<typeof callFailure> | undefined {
  const count = at(answer, "$.FailedEntryCount");
  return typeof count === "number" && count > 0
    ? callFailure("EventBridge.FailedEntry", JSON.stringify(answer))
    : undefined;
}
