/** Putting a definition on a server: created, or updated if the machine is there already. */
import { ApiFailure, type Client } from "./client.ts";
import { readDefinitionFile } from "./definition-file.ts";

const localRole = "arn:aws:iam::000000000000:role/baton-local";

export interface Deployed {
  readonly name: string;
  readonly stateMachineArn: string;
}

/** `${AWS_REGION}` and `${AWS_ACCOUNT}` have values here without being told. */
const localSubstitutions = { AWS_REGION: "us-east-1", AWS_ACCOUNT: "000000000000" };

export async function deployFile(
  client: Client,
  file: string,
  substitutions: Readonly<Record<string, string>>,
  name?: string,
): Promise<Deployed> {
  const definition = readDefinitionFile(file, { ...localSubstitutions, ...substitutions });
  return deploy(client, name ?? definition.name, definition.text);
}

async function deploy(client: Client, name: string, definition: string): Promise<Deployed> {
  const input = { name, definition, roleArn: localRole };
  try {
    const { stateMachineArn } = await client.call("CreateStateMachine", input);
    return { name, stateMachineArn };
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.name !== "StateMachineAlreadyExists") throw error;
    const stateMachineArn = `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
    await client.call("UpdateStateMachine", { stateMachineArn, definition });
    return { name, stateMachineArn };
  }
}
