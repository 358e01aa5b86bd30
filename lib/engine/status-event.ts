/** A status change of a standard execution as the service's own EventBridge event has it. */
import type { StatusChange } from "./status.ts";
import type { StatusEvent } from "./watch-port.ts";

/** EventBridge takes 256 KiB with everything; the service leaves payloads out beyond this. */
const mostPayloadBytes = 248_000;

export async function statusEvent(change: StatusChange): Promise<StatusEvent> {
  const { executionArn, stoppedAt, redrivenAt, startedAt } = change;
  return { executionArn, at: stoppedAt ?? redrivenAt ?? startedAt, detail: JSON.stringify(await detailOf(change)) };
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
