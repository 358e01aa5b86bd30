/**
 * Status changes of standard executions on an EventBridge bus, in the form of the service's own events but for
 * the source, which AWS keeps to itself: rules match `source: ["baton.states"]`.
 */
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { StatusChange, Watcher } from "../../engine/watch-port.ts";

export const eventSource = "baton.states";
const detailType = "Step Functions Execution Status Change";

/** EventBridge takes 256 KiB with everything; the service leaves payloads out beyond this. */
const mostPayloadBytes = 248_000;

export interface StatusEventsOptions {
  /** Name or ARN. */
  readonly bus: string;
  readonly client?: Pick<EventBridgeClient, "send">;
  /** Told of what could not be sent. */
  readonly report?: (error: unknown) => void;
}

export function statusEvents(options: StatusEventsOptions): Watcher {
  const { bus, report = (error: unknown) => console.error("a status change could not be sent:", error) } = options;
  let opened = options.client;
  return {
    async changed(change) {
      if (change.type === "EXPRESS") return; // as on the service
      const client = opened ?? new EventBridgeClient({ maxAttempts: 3 });
      opened = client;
      try {
        const entry = await entryOf(change, bus);
        const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
        const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
        if (refused) throw new Error(`${refused.ErrorCode}: ${refused.ErrorMessage}`);
      } catch (error) {
        report(error);
      }
    },
  };
}

async function entryOf(change: StatusChange, EventBusName: string) {
  return {
    EventBusName,
    Source: eventSource,
    DetailType: detailType,
    Resources: [change.executionArn],
    Time: new Date(change.stoppedAt ?? change.redrivenAt ?? change.startedAt),
    Detail: JSON.stringify(await detailOf(change)),
  };
}

async function detailOf(change: StatusChange): Promise<object> {
  const { executionArn, stateMachineArn, name, status, startedAt, stoppedAt, output, error, cause } = change;
  const input = await change.input();
  const fits = Buffer.byteLength(input) + Buffer.byteLength(output ?? "") <= mostPayloadBytes;
  const details = { included: fits };
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    startDate: startedAt,
    stopDate: stoppedAt ?? null,
    input: fits ? input : null,
    inputDetails: details,
    output: fits ? (output ?? null) : null,
    outputDetails: output === undefined ? null : details,
    error: error ?? null,
    cause: cause ?? null,
    redriveCount: change.redriveCount,
    redriveDate: change.redrivenAt ?? null,
  };
}

/** Each of them is told. */
export function allOf(watchers: readonly Watcher[]): Watcher {
  return {
    changed: async (change) => void (await Promise.all(watchers.map((watcher) => watcher.changed(change)))),
  };
}
