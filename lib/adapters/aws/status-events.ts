/**
 * Status changes of standard executions on an EventBridge bus, in the form of the service's own events but for
 * the source, which AWS keeps to itself: rules match `source: ["baton.states"]`.
 */
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { StatusEvents } from "../../engine/watch-port.ts";

export const eventSource = "baton.states";
const detailType = "Step Functions Execution Status Change";

export interface StatusEventsOptions {
  /** Name or ARN. */
  readonly bus: string;
  readonly client?: Pick<EventBridgeClient, "send">;
  /** Told of what could not be sent. */
  readonly report?: (error: unknown) => void;
}

export function eventBridge(options: StatusEventsOptions): StatusEvents {
  const { bus, report = (error: unknown) => console.error("a status change could not be sent:", error) } = options;
  let opened = options.client;
  return {
    async send({ executionArn, at, detail }) {
      const client = opened ?? new EventBridgeClient({ maxAttempts: 3 });
      opened = client;
      try {
        const entry = {
          EventBusName: bus,
          Source: eventSource,
          DetailType: detailType,
          Resources: [executionArn],
          Time: new Date(at),
          Detail: detail,
        };
        const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
        const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
        if (refused) throw new Error(`${refused.ErrorCode}: ${refused.ErrorMessage}`);
      } catch (error) {
        report(error);
      }
    },
  };
}
