/** What users type for a machine or an execution: an ARN, or as much of its name as is clear. */
import { parseExecutionArn } from "../engine/identity.ts";
import { ApiFailure, type Client, type Reply } from "./client.ts";
import { Failure } from "./failure.ts";
import { listAll, machinesOf } from "./list-all.ts";
import { machineByItself, noExecution, noMachine, otherArn } from "./not-found.ts";

/** A name, or with a version or an alias `name:live`. */
export async function machineArnOf(client: Client, given: string): Promise<string> {
  if (given.startsWith("arn:")) return given;
  const machines = await machinesOf(client);
  const found = arnAmong(machines, given) ?? (await machineByItself(client, given));
  if (found !== undefined) return found;
  throw await noMachine(
    client,
    given,
    machines.map(({ name }) => name),
  );
}

/** Whether there is such a version or alias, the service says. */
export function arnAmong(machines: readonly Reply[], given: string): string | undefined {
  const [name, qualifier, ...rest] = given.split(":");
  const found = machines.find((machine) => machine.name === name);
  if (found === undefined || rest.length > 0) return undefined;
  return qualifier === undefined ? found.stateMachineArn : `${found.stateMachineArn}:${qualifier}`;
}

export async function executionArnOf(client: Client, given: string): Promise<string> {
  if (given.startsWith("arn:") && !parseExecutionArn(given)) throw otherArn(client, given);
  const found = await findExecution(client, given);
  if (found !== undefined) return found;
  throw noExecution(client, given, arnAmong(await machinesOf(client), given) !== undefined);
}

/** An ARN, `machine/name`, a Map Run's child `machine/label/name`, or the beginning of a name that only one execution has. */
export async function findExecution(client: Client, given: string): Promise<string | undefined> {
  if (given.startsWith("arn:")) return given;
  const [first = "", second, child] = given.split("/");
  if (child !== undefined) {
    const machineArn = await machineArnOf(client, first);
    return `${machineArn.replace(":stateMachine:", ":execution:")}/${second}:${child}`; // whether it is there, the service says
  }
  const wanted = second ?? first;
  if (wanted === "") return undefined; // every name begins like that
  const machine = second === undefined ? undefined : await machineArnOf(client, first);
  const named = machine === undefined ? undefined : await byWholeName(client, machine, wanted);
  if (named !== undefined) return named;
  const machines = machine === undefined ? await standardMachines(client) : [machine];
  let found: readonly Reply[] = [];
  for (const stateMachineArn of machines) {
    const executions = await listAll(client, "ListExecutions", { stateMachineArn }, "executions");
    found = found.concat(executions.filter((execution) => execution.name.startsWith(wanted)));
  }
  const exact = found.filter((execution) => execution.name === wanted);
  const meant = exact.length > 0 ? exact : found; // a name is one machine's: others may have it, too
  if (meant.length <= 1) return meant[0]?.executionArn;
  throw new Failure(`'${given}' may be ${toldNames(meant)}; say which`);
}

/** One question, where a list may be long; what is only the beginning of a name is found in the list. */
async function byWholeName(client: Client, machine: string, name: string): Promise<string | undefined> {
  const [arn, qualifier] = [machine.split(":").slice(0, 7).join(":"), machine.split(":")[7]];
  const executionArn = `${arn.replace(":stateMachine:", ":execution:")}:${name}`;
  if (qualifier !== undefined || !parseExecutionArn(executionArn)) return undefined;
  try {
    await client.call("DescribeExecution", { executionArn, includedData: "METADATA_ONLY" });
    return executionArn;
  } catch (error) {
    if (error instanceof ApiFailure && ["ExecutionDoesNotExist", "InvalidArn"].includes(error.name)) return undefined;
    throw error;
  }
}

const mostTold = 10;

function toldNames(executions: readonly Reply[]): string {
  const names = executions.slice(0, mostTold).map(({ executionArn }) => {
    const { machine, name } = namesIn(executionArn);
    return `${machine}/${name}`;
  });
  const more = executions.length - names.length;
  return [...names, ...(more > 0 ? [`${more} more`] : [])].join(" or ");
}

/** The service lists no executions of the others. */
async function standardMachines(client: Client): Promise<readonly string[]> {
  const machines = await machinesOf(client);
  return machines.filter(({ type }) => type !== "EXPRESS").map(({ stateMachineArn }) => stateMachineArn);
}

/** What the commands call it: `machine/name`; a Map Run's child has `machine/label` for its machine. */
export function namesIn(executionArn: string): { readonly machine: string; readonly name: string } {
  const [machine = "", name = ""] = executionArn.split(":").slice(-2);
  return { machine, name };
}

/** Where REST has it: it tells what the wire protocol has no member for. A Map Run's child is `label:name` there. */
export function restPathOf(executionArn: string): string {
  return restPathAt(namesIn(executionArn));
}

export function restPathAt({ machine: place, name }: ReturnType<typeof namesIn>): string {
  const [machine = "", label] = place.split("/");
  const own = label === undefined ? name : `${label}:${name}`;
  return `/state-machines/${encodeURIComponent(machine)}/executions/${encodeURIComponent(own)}`;
}
