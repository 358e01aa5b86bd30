/** What users type for a machine or an execution: an ARN, or as much of its name as is clear. */
import type { Client, Reply } from "./client.ts";
import { Failure } from "./failure.ts";

export async function machineArnOf(client: Client, given: string): Promise<string> {
  if (given.startsWith("arn:")) return given;
  const machines = await listAll(client, "ListStateMachines", {}, "stateMachines");
  const found = machines.find((machine) => machine.name === given);
  if (found) return found.stateMachineArn;
  const names = machines.map((machine) => machine.name).join(", ");
  throw new Failure(
    `there is no state machine '${given}'; ${names ? `there are: ${names}` : "deploy one with: baton run FILE"}`,
  );
}

/** An ARN, `machine/name`, or the beginning of a name that only one execution has. */
export async function executionArnOf(client: Client, given: string): Promise<string> {
  if (given.startsWith("arn:")) return given;
  const [first = "", second] = given.split("/");
  const machines =
    second === undefined
      ? (await listAll(client, "ListStateMachines", {}, "stateMachines")).map((machine) => machine.stateMachineArn)
      : [await machineArnOf(client, first)];
  const wanted = second ?? first;
  const found: Reply[] = [];
  for (const stateMachineArn of machines) {
    const executions = await listAll(client, "ListExecutions", { stateMachineArn }, "executions");
    const exact = executions.find((execution) => execution.name === wanted);
    if (exact) return exact.executionArn;
    found.push(...executions.filter((execution) => execution.name.startsWith(wanted)));
  }
  if (found.length === 1) return found[0].executionArn;
  if (found.length === 0) throw new Failure(`there is no execution '${given}'; see: baton list`);
  throw new Failure(`'${given}' may be ${found.map((execution) => execution.name).join(" or ")}; type more of it`);
}

/** What the commands call it: `machine/name`; a Map Run's child has `machine/label` for its machine. */
export function namesIn(executionArn: string): { readonly machine: string; readonly name: string } {
  const [machine = "", name = ""] = executionArn.split(":").slice(-2);
  return { machine, name };
}

/** Where REST has it: it tells what the wire protocol has no member for. A Map Run's child is `label:name` there. */
export function restPathOf(executionArn: string): string {
  const { machine: place, name } = namesIn(executionArn);
  const [machine = "", label] = place.split("/");
  const own = label === undefined ? name : `${label}:${name}`;
  return `/state-machines/${encodeURIComponent(machine)}/executions/${encodeURIComponent(own)}`;
}

/** The service's most for one page. */
const pageSize = 1_000;

export async function listAll(
  client: Client,
  operation: string,
  input: object,
  field: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<Reply[]> {
  const all: Reply[] = [];
  for (let nextToken: string | undefined; ; ) {
    const maxResults = Math.min(pageSize, limit - all.length);
    const page = await client.call(operation, { ...input, maxResults, ...(nextToken ? { nextToken } : {}) });
    all.push(...page[field]);
    nextToken = page.nextToken;
    if (!nextToken || all.length >= limit) return all;
  }
}
