/**
 * The ARNs of what the page's address names. Partition, Region and account are the API's to say, and it says them of
 * whatever is there: of an execution also when its machine has been deleted.
 */
import { endOfArn, executionPlace, machinePlace } from "../route.ts";
import { rest } from "./client.ts";
import { currentSession } from "./session.ts";
import type { Key } from "./sign.ts";

export async function machineArn(name: string): Promise<string> {
  const place = await placeOf(async () => {
    const { stateMachineArn } = await rest<{ stateMachineArn: string }>("GET", machinePlace(name));
    return stateMachineArn;
  });
  return `${place}:stateMachine:${name}`;
}

export async function executionArn(machine: string, name: string): Promise<string> {
  const place = await placeOf(async () => {
    const { executionArn } = await rest<{ executionArn: string }>("GET", executionPlace(machine, name));
    return executionArn;
  });
  return `${place}:execution${endOfArn(machine, name)}`;
}

/** `arn:aws:states:eu-central-1:123456789012`: the same for all that a key sees. */
let known: { readonly key: Key | undefined; readonly place: string } | undefined;

async function placeOf(arnOfSome: () => Promise<string>): Promise<string> {
  const { key } = currentSession();
  if (known && known.key === key) return known.place;
  const place = (await arnOfSome()).split(":").slice(0, 5).join(":");
  known = { key, place };
  return place;
}
