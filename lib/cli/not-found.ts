/**
 * What is said where a name is found nowhere: in which Region it was looked for, and what may be meant instead. A key
 * that is limited to names does not see the others, so whoever may not look is told that, not that there is nothing.
 */
import { ApiFailure, type Client } from "./client.ts";
import { commandLine, usualRegion } from "./client-settings.ts";
import { Failure } from "./failure.ts";
import { machinesOf } from "./list-all.ts";

/** A machine that stands in no list, asked for by its name; undefined: there is none. Rejects where that is denied. */
export async function machineByItself(client: Client, given: string): Promise<string | undefined> {
  const [name = ""] = given.split(":");
  if (name === "") return undefined;
  try {
    const { stateMachineArn } = await client.get(`/state-machines/${encodeURIComponent(name)}`);
    return `${stateMachineArn}${given.slice(name.length)}`;
  } catch (error) {
    if (error instanceof ApiFailure && error.name !== "AccessDeniedException") return undefined;
    throw error;
  }
}

/** `known`: the names that there are. */
export async function noMachine(client: Client, given: string, known: readonly string[]): Promise<Failure> {
  const [name = ""] = given.split(":");
  const isElsewhere = (await namesElsewhere(client)).includes(name);
  const says = [
    `there is no state machine '${given}' in Region ${client.region}`,
    ...(isElsewhere ? [`there is one in ${elsewhere}`] : []),
    ...(known.length > 0 ? [`there are: ${known.join(", ")}`] : []),
    ...(isElsewhere || known.length > 0 ? [] : [`deploy one with: ${commandLine(client.url, "run FILE")}`]),
  ];
  return new Failure(says.join("; "));
}

export function noExecution(client: Client, given: string, isMachine: boolean): Failure {
  const see = commandLine(client.url, isMachine ? `list ${given}` : "list");
  if (isMachine) return new Failure(`'${given}' is a state machine, and an execution is asked for; see: ${see}`);
  return new Failure(`there is no execution '${given}' in Region ${client.region}; see: ${see}`);
}

/** Where an execution's is asked for. */
export function otherArn(client: Client, given: string): Failure {
  const type = given.split(":")[5];
  if (type === "stateMachine") return noExecution(client, given, true);
  if (type === "express")
    return new Failure(
      `'${given}' is an execution of an EXPRESS machine, of which nothing is kept but its log: it can be neither followed nor described`,
    );
  return new Failure(`'${given}' is no execution's ARN, which is arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME`);
}

/** For commands that take files, machines and executions. */
export function noSubject(client: Client, given: string): Failure {
  const see = commandLine(client.url, "list");
  return new Failure(
    `there is no file '${given}', and in Region ${client.region} no state machine and no execution of that name; see: ${see}`,
  );
}

/** Instead of a list without entries. */
export async function noMachines(client: Client): Promise<string> {
  const names = await namesElsewhere(client);
  const there = names.length === 0 ? "" : `; there are in ${elsewhere}: ${names.join(", ")}`;
  return `there is no state machine in Region ${client.region}${there}`;
}

const elsewhere = `${usualRegion} (AWS_REGION=${usualRegion})`;

/** Where machines are that were deployed from a shell that names no Region; the server has no list of Regions. */
async function namesElsewhere(client: Client): Promise<readonly string[]> {
  if (client.region === usualRegion) return [];
  try {
    return (await machinesOf(client.inRegion(usualRegion))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof ApiFailure) return []; // deployed, it answers for its own Region only
    throw error;
  }
}
