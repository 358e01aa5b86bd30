/** An execution that an event starts: its name is made from the event's, so that one that comes again starts nothing. */
import type { CallApi } from "./machine-resource.ts";

export interface StartingEvent {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: unknown;
}

/** Rejects with the service's name and text for what it refuses. */
export async function startByEvent({ stateMachineArn, name, input }: StartingEvent, call: CallApi): Promise<void> {
  try {
    await call("StartExecution", { stateMachineArn, name, input: JSON.stringify(input ?? {}) });
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("ExecutionAlreadyExists:"))) throw error;
  }
}
