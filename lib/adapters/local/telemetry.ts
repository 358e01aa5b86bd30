/**
 * What CloudWatch and EventBridge would be told, on one machine: metrics and status changes as JSON lines, in
 * `metrics.jsonl` and `status-changes.jsonl` of the folder.
 */
import { join } from "node:path";
import type { Metrics, StatusEvents } from "../../engine/watch-port.ts";
import { jsonLines } from "./json-lines.ts";

export interface Telemetry {
  readonly metrics: Metrics;
  readonly statusEvents: StatusEvents;
}

export function localTelemetry(
  folder: string,
  report: (error: unknown) => void = (error) => console.error("a metric or an event could not be written:", error),
): Telemetry {
  const metrics = jsonLines(join(folder, "metrics.jsonl"), report);
  const events = jsonLines(join(folder, "status-changes.jsonl"), report);
  return {
    metrics: {
      put({ at, of, values }) {
        const named = Object.fromEntries(values.map(([name, value]) => [name, value]));
        void metrics(`${JSON.stringify({ time: new Date(at).toISOString(), ...of, ...named })}\n`);
      },
    },
    statusEvents: {
      async send({ executionArn, at, detail }) {
        // The detail is JSON already, and may be long.
        const time = new Date(at).toISOString();
        const head = { "detail-type": detailType, source: "baton.states", time, resources: [executionArn] };
        await events(`${JSON.stringify(head).slice(0, -1)},"detail":${detail}}\n`);
      },
    },
  };
}

const detailType = "Step Functions Execution Status Change";
