/** Putting a definition on a server: created, or updated if the machine is there already. */
import { ApiFailure, type Client } from "./client.ts";
import type { DefinitionFile } from "./definition-file.ts";
import { machineArnOf } from "./names.ts";

const localRole = "arn:aws:iam::000000000000:role/baton-local";

export interface Deployed {
  readonly name: string;
  readonly stateMachineArn: string;
}

/** `type`: of a new machine. */
export async function deploy(
  client: Client,
  { name, text: definition }: DefinitionFile,
  type: "STANDARD" | "EXPRESS" = "STANDARD",
): Promise<Deployed> {
  try {
    const given = { name, definition, roleArn: localRole, type };
    const { stateMachineArn } = await client.call("CreateStateMachine", given);
    return { name, stateMachineArn };
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.name !== "StateMachineAlreadyExists") throw error;
    const stateMachineArn = await machineArnOf(client, name);
    await client.call("UpdateStateMachine", { stateMachineArn, definition });
    return { name, stateMachineArn };
  }
}
