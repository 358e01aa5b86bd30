/** A status change of a standard execution as the service's own EventBridge event has it. */
import type { StatusChange } from "./status.ts";
import type { StatusEvent } from "./watch-port.ts";

/**
 * EventBridge takes 256 KiB with everything, and payloads are strings in it. Where all of them, escaped, are longer than
 * this, the service leaves out the input; and the output, where that alone is.
 */
const mostPayloadBytes = 248_000;

export async function statusEvent(change: StatusChange): Promise<StatusEvent> {
  const { executionArn, stoppedAt, redrivenAt, startedAt } = change;
  return { executionArn, at: stoppedAt ?? redrivenAt ?? startedAt, detail: JSON.stringify(await detailOf(change)) };
}

async function detailOf(change: StatusChange): Promise<object> {
  const { executionArn, stateMachineArn, name, status, startedAt, stoppedAt, output, error, cause } = change;
  const input = await change.input();
  const withOutput = escaped(output) + escaped(cause);
  const outputFits = withOutput <= mostPayloadBytes;
  const inputFits = escaped(input) + withOutput <= mostPayloadBytes;
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    startDate: startedAt,
    stopDate: stoppedAt ?? null,
    input: inputFits ? input : null,
    inputDetails: { included: inputFits },
    output: outputFits ? (output ?? null) : null,
    outputDetails: output === undefined ? null : { included: outputFits },
    error: error ?? null,
    cause: cause ?? null,
    redriveCount: change.redriveCount,
    redriveDate: change.redrivenAt ?? null,
  };
}

/** Bytes of the text as a string in JSON. */
function escaped(text = ""): number {
  return Buffer.byteLength(JSON.stringify(text));
}
