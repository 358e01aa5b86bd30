/**
 * From an ARN in a request to the thing it names. The name must belong to the caller's own account and
 * Region: another tenant's machine is answered like one that never was.
 */
import type { ActivityName } from "../engine/activity-port.ts";
import {
  executionName,
  labelOf,
  machineArn,
  parseActivityArn,
  parseExecutionArn,
  parseMachineArn,
  parseMapRunArn,
} from "../engine/identity.ts";
import type { ExecutionId, MachineRecord, MapRunId } from "../engine/ports.ts";
import type { Call } from "./operation.ts";
import { invalid, invalidArn, noSuchExecution, noSuchMachine, noSuchResource, type Refusal } from "./refusal.ts";

/** The machine's name, if the ARN is one of a machine as such. */
export function machineName(call: Call, arn: string): string | undefined {
  const found = qualifiedName(call, arn);
  return found?.qualifier === undefined ? found?.name : undefined;
}

export interface QualifiedName {
  readonly name: string;
  /** A version's number or an alias's name. */
  readonly qualifier?: string;
}

/** Undefined for the machine of another tenant. */
export function qualifiedName(call: Call, arn: string): QualifiedName | undefined {
  const parsed = parseMachineArn(arn);
  if (!parsed) {
    const split = splitLabel(arn);
    throw split ? labelledArn(arn, split.machineArn) : misshapen(arn);
  }
  const { name } = parsed;
  if (!canBe(name)) return undefined;
  const own = machineArn(call.tenant, name);
  if (own === arn) return { name };
  return arn.startsWith(`${own}:`) ? { name, qualifier: arn.slice(own.length + 1) } : undefined;
}

const labelled = /^(arn:[^:]+:states:[^:]+:\d{12}:stateMachine:[^:/]+)\/([^:/]+)$/;

/** Where a Distributed Map state may be named, too; undefined for the ARN of anything else. */
export function splitLabel(arn: string): { readonly machineArn: string; readonly label: string } | undefined {
  const [, machineArn, label] = labelled.exec(arn) ?? [];
  return machineArn && label ? { machineArn, label } : undefined;
}

/** The service documents which error and reason this is, not in which words. */
function labelledArn(arn: string, machine: string): Refusal {
  const text = `'${arn}' refers to a Distributed Map state; name its state machine: '${machine}'`;
  return invalid(text, "API_DOES_NOT_SUPPORT_LABELED_ARNS");
}

export async function findMachine(call: Call, arn: string): Promise<MachineRecord> {
  const name = machineName(call, arn);
  const machine = name === undefined ? undefined : await call.engine.world.machines.find(call.tenant, name);
  if (!machine) throw noSuchMachine(arn);
  return machine;
}

/** Text without an ARN's prefix names no execution (as recorded); an ARN of something else is refused as such. */
export function findExecutionId(call: Call, arn: string): ExecutionId {
  const id = parseExecutionArn(arn);
  if (!id) throw arn.startsWith("arn:") ? misshapen(arn) : noSuchExecution(arn);
  if (!isOurs(call, id)) throw noSuchExecution(arn);
  return id;
}

/** Another tenant's is answered like one that never was, and so is a child of a run: its name has the form of a run's. */
export async function findMapRunId(call: Call, arn: string): Promise<MapRunId> {
  const id = parseMapRunArn(arn);
  if (!id) throw misshapen(arn);
  if (!isOurs(call, id) || (await call.engine.world.executions.find(id))) throw noSuchResource(arn);
  return id;
}

function isOurs({ tenant }: Call, id: ExecutionId): boolean {
  const { account, region, machine, name } = executionName(id);
  return account === tenant.account && region === tenant.region && canBe(machine, ...name.split(":"));
}

const longestName = 80;

/** An ARN has room for names that nothing can have, too, and no store for all of them in its keys. */
function canBe(...names: readonly string[]): boolean {
  return names.every((name) => name.length <= longestName && !/\p{Surrogate}/u.test(name));
}

/** Undefined for the activity of another tenant. */
export function activityName(call: Call, arn: string): ActivityName | undefined {
  const activity = parseActivityArn(arn);
  if (!activity) throw misshapen(arn);
  const { account, region } = call.tenant;
  return activity.account === account && activity.region === region && canBe(activity.name) ? activity : undefined;
}

/** The machine that an execution is one of; of what a Distributed Map started, as of the run itself, with the label of that. */
export function ownMachineArn(id: ExecutionId): string {
  const { machine, ...tenant } = executionName(id);
  const label = labelOf(id);
  return machineArn(tenant, machine) + (label === "" ? "" : `/${label}`);
}

const resourceTypes = ["activity", "execution", "express", "mapRun", "stateMachine"];

export function misshapen(arn: string): Refusal {
  if (!arn.startsWith("arn:")) return invalidArn(`Invalid ARN prefix: ${arn}`);
  const [, , , , , type = ""] = arn.split(":");
  return invalidArn(resourceTypes.includes(type) ? `Resource type not valid in this context: ${type}` : arn);
}
