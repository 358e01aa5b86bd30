/** Metrics and status changes of the embedded mode: whole lines, in the order of what happened. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localTelemetry } from "../../lib/adapters/local/telemetry.ts";

const executionArn = "arn:aws:states:us-east-1:000000000000:execution:orders:one";

test("one line each", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-telemetry-"));
  const problems: unknown[] = [];
  const { metrics, statusEvents } = localTelemetry(folder, (error) => problems.push(error));
  for (let at = 0; at < 100; at += 1)
    metrics.put({
      at,
      of: { ActivityArn: "arn" },
      by: [["ActivityArn"]],
      values: [["ActivityTime", at, "Milliseconds"]],
    });
  for (const status of ["RUNNING", "FAILED"])
    await statusEvents.send({ executionArn, at: 0, detail: JSON.stringify({ status }) });
  const lines = (file: string) => {
    const text = readFileSync(join(folder, file), "utf8");
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  const time = "1970-01-01T00:00:00.000Z";
  await expect.poll(() => lines("metrics.jsonl").length).toBe(100);
  expect(lines("metrics.jsonl")[0]).toEqual({ time, ActivityArn: "arn", ActivityTime: 0 });
  expect(lines("metrics.jsonl").map(({ ActivityTime }) => ActivityTime)).toEqual([...Array(100).keys()]);
  expect(lines("status-changes.jsonl")).toEqual(
    ["RUNNING", "FAILED"].map((status) => ({
      "detail-type": "Step Functions Execution Status Change",
      source: "baton.states",
      time,
      resources: [executionArn],
      detail: { status },
    })),
  );
  expect(problems).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("what cannot be written is reported, and rejects nobody", async () => {
  const problems: unknown[] = [];
  const { statusEvents } = localTelemetry("/dev/null/nowhere", (error) => problems.push(error));
  await statusEvents.send({ executionArn, at: 0, detail: "{}" });
  expect(problems).toHaveLength(1);
});
