/** What an EventBridge rule with a `BatonTarget` calls: starts an execution through the API of its installation. */
import { type StartingEvent, startByEvent } from "../lib/api/start-by-event.ts";
import { callWithKey } from "./key-holder.ts";

interface RuleEvent extends StartingEvent {
  readonly endpoint: string;
  /** Of a key that may start executions of the machine. */
  readonly keySecretArn: string;
}

export const handler = async ({ endpoint, keySecretArn, ...event }: RuleEvent): Promise<void> =>
  await startByEvent(event, await callWithKey(endpoint, keySecretArn));
