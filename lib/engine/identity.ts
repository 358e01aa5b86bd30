/** Names of things: executions and machines as Baton's keys and as AWS's ARNs, and branches by their path. */
import { createHash } from "node:crypto";
import { statesArn } from "../asl/partition.ts";
import type { ActivityName } from "./activity-port.ts";
import type { BranchPath, ExecutionId, MapRunId, SegmentKey, Tenant } from "./ports.ts";

export function executionId(tenant: Tenant, machine: string, name: string): ExecutionId {
  return `${tenant.account}/${tenant.region}/${machine}/${name}` as ExecutionId;
}

export interface ExecutionName extends Tenant {
  readonly machine: string;
  readonly name: string;
}

export function executionName(id: ExecutionId): ExecutionName {
  const account = id.indexOf("/");
  const region = id.indexOf("/", account + 1);
  const machine = id.indexOf("/", region + 1);
  return {
    account: id.slice(0, account),
    region: id.slice(account + 1, region),
    machine: id.slice(region + 1, machine),
    name: id.slice(machine + 1),
  };
}

/** A child of a Map Run has the run's label in its name (`label:uuid`), and in its ARN with the machine's. */
export function executionArn(id: ExecutionId): string {
  const { machine, name, ...tenant } = executionName(id);
  const place = name.includes(":") ? `${machine}/${name}` : `${machine}:${name}`;
  return statesArn(tenant, `execution:${place}`);
}

export function mapRunId(tenant: Tenant, machine: string, label: string, name: string): MapRunId {
  return executionId(tenant, machine, `${label}:${name}`) as MapRunId; // the form that makes it one
}

export function mapRunArn(id: MapRunId): string {
  const { machine, name, ...tenant } = executionName(id);
  return statesArn(tenant, `mapRun:${machine}/${name}`);
}

export function parseMapRunArn(arn: string): MapRunId | undefined {
  const [, region, account, machine, label, name] =
    /^arn:aws[\w-]*:states:([\w-]+):(\d{12}):mapRun:([^:/]+)\/([^:/]+):([^:/]+)$/.exec(arn) ?? [];
  return region && account && machine && label && name
    ? mapRunId({ region, account }, machine, label, name)
    : undefined;
}

/** The name of a child follows from its place in the run, so that to start it again is a no-op. */
export function childId(run: MapRunId, index: number): ExecutionId {
  const { machine, name, ...tenant } = executionName(run);
  const label = name.slice(0, name.indexOf(":"));
  return executionId(tenant, machine, `${label}:${uuidFrom(hashOf(`${run} ${index}`))}`);
}

/** The name alone, without the label of the Map Run. */
export function ownName(id: ExecutionId): string {
  const { name } = executionName(id);
  return name.slice(name.indexOf(":") + 1);
}

/** The part of a Map Run's name, or of its child's, that the Map state chose. */
export function labelOf(id: ExecutionId): string {
  const { name } = executionName(id);
  return name.slice(0, Math.max(0, name.indexOf(":")));
}

/** Of one run of an Express machine: names are no keys there, so that a run has an id besides. */
export function expressArn(id: ExecutionId, run: string): string {
  const { machine, name, ...tenant } = executionName(id);
  return statesArn(tenant, `express:${machine}:${name}:${run}`);
}

export function machineArn(tenant: Tenant, name: string): string {
  return statesArn(tenant, `stateMachine:${name}`);
}

export function parseMachineArn(arn: string): (Tenant & { readonly name: string }) | undefined {
  const [, region, account, name] =
    /^arn:aws[\w-]*:states:([\w-]+):(\d{12}):stateMachine:([^:/#]+)(?:[:#][^:/]+)?$/.exec(arn) ?? [];
  return region && account && name ? { region, account, name } : undefined;
}

export function parseExecutionArn(arn: string): ExecutionId | undefined {
  const [, region, account, machine, label = "", name] =
    /^arn:aws[\w-]*:states:([\w-]+):(\d{12}):execution:([^:/]+)(?:\/([^:/]+))?:([^:/]+)$/.exec(arn) ?? [];
  if (!region || !account || !machine || !name) return undefined;
  return executionId({ region, account }, machine, label === "" ? name : `${label}:${name}`);
}

export function activityArn({ name, ...tenant }: ActivityName): string {
  return statesArn(tenant, `activity:${name}`);
}

export function parseActivityArn(arn: string): ActivityName | undefined {
  const [, region, account, name] = /^arn:aws[\w-]*:states:([\w-]+):(\d{12}):activity:([^:/]+)$/.exec(arn) ?? [];
  return region && account && name ? { region, account, name } : undefined;
}

/** `parent/forkSeq.index`. */
export function branchPath(parent: BranchPath, forkSeq: number, index: number): BranchPath {
  return `${parent}/${forkSeq}.${index}`;
}

export interface BranchName {
  readonly parent: BranchPath;
  readonly forkSeq: number;
  readonly index: number;
}

/** Undefined for the root. */
export function branchName(branch: BranchPath): BranchName | undefined {
  const slash = branch.lastIndexOf("/");
  if (slash < 0) return undefined;
  const dot = branch.indexOf(".", slash);
  return {
    parent: branch.slice(0, slash),
    forkSeq: Number(branch.slice(slash + 1, dot)),
    index: Number(branch.slice(dot + 1)),
  };
}

/** Names an attempt of a task, for those who must know it again when it is made twice. */
export function attemptKey({ execution, branch, seq }: SegmentKey, attempt: number): string {
  return `${executionArn(execution)}${branch}/${seq}/${attempt}`;
}

/** 32 hexadecimal digits as a UUID's text. */
export function uuidFrom(digits: string): string {
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits.slice(0, 32));
}

/** SHA-256 in hexadecimal. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
