/**
 * StartSyncExecution is for Express state machines, and there are none here: a standard one is refused as
 * the service refuses it. REST waits for standard ones (`?wait=`).
 */
import { operation } from "../operation.ts";
import { Refusal } from "../refusal.ts";
import { oneOf, structure } from "../shape.ts";
import { findNamed } from "../target.ts";
import { startInput } from "./start-execution.ts";

const input = structure(startInput.required, {
  ...startInput.optional,
  includedData: oneOf("ALL_DATA", "METADATA_ONLY"),
});

export const startSyncExecution = operation(input, async (call, asked) => {
  await findNamed(call, asked.stateMachineArn);
  throw new Refusal("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine");
});
