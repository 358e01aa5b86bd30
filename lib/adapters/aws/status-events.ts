/**
 * Status changes of standard executions on an EventBridge bus, in the form of the service's own events but for
 * the source, which AWS keeps to itself: rules match `source: ["baton.states"]`.
 */
import { setTimeout } from "node:timers/promises";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { StatusEvents } from "../../engine/watch-port.ts";

export const eventSource = "baton.states";
const detailType = "Step Functions Execution Status Change";

export interface StatusEventsOptions {
  /** Name or ARN. */
  readonly bus: string;
  readonly client?: Pick<EventBridgeClient, "send">;
  /** Between two tries, in milliseconds; default: real time. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
  /** Told of what could not be sent. */
  readonly report?: (error: unknown) => void;
}

const mostTries = 3;
const firstPause = 100;
/** What is worth another try, which the SDK makes only where the whole request is refused (PutEvents, "Failed entries"). */
const passing: ReadonlySet<string> = new Set(["InternalException", "InternalFailure", "ThrottlingException"]);

export function eventBridge(options: StatusEventsOptions): StatusEvents {
  const { bus, report = (error: unknown) => console.error("a status change could not be sent:", error) } = options;
  const pause = options.pause ?? setTimeout;
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
        for (let tries = 1; ; tries++) {
          const { Entries: [answer] = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
          if (answer?.ErrorCode === undefined) return;
          if (tries === mostTries || !passing.has(answer.ErrorCode))
            throw new Error(`${answer.ErrorCode}: ${answer.ErrorMessage}`);
          await pause(firstPause * 2 ** tries * Math.random());
        }
      } catch (error) {
        report(error);
      }
    },
  };
}
