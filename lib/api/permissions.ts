/**
 * What each operation takes: the role that a key must have, and which members of the input say whose machine or
 * activity it is about. A key that is limited to names is refused wherever the request names another, or none.
 */
import { executionName } from "../engine/identity.ts";
import type { Access, Role } from "../engine/ports.ts";
import { readToken } from "../engine/token.ts";
import { covers, hasRole } from "./access.ts";
import type { Answer, Call } from "./operation.ts";
import { Refusal } from "./refusal.ts";
import { type RestOperationName, restOperations } from "./rest-operations.ts";

interface Permission {
  readonly role: Role;
  /** `filtered`: the answer shows what the key covers. `harmless`: it is about nothing that is kept here. */
  readonly about: readonly Member[] | "filtered" | "harmless";
}

export const permissions: Record<RestOperationName, Permission> = {
  CountExecutions: { role: "read", about: ["stateMachineArn"] },
  CreateActivity: { role: "admin", about: ["name"] },
  CreateStateMachine: { role: "admin", about: ["name"] },
  CreateStateMachineAlias: { role: "admin", about: ["routingConfiguration"] },
  DeleteActivity: { role: "admin", about: ["activityArn"] },
  DeleteStateMachine: { role: "admin", about: ["stateMachineArn"] },
  DeleteStateMachineAlias: { role: "admin", about: ["stateMachineAliasArn"] },
  DeleteStateMachineVersion: { role: "admin", about: ["stateMachineVersionArn"] },
  DescribeActivity: { role: "read", about: ["activityArn"] },
  DescribeExecution: { role: "read", about: ["executionArn"] },
  DescribeExecutionOrigin: { role: "read", about: ["executionArn"] },
  DescribeMapRun: { role: "read", about: ["mapRunArn"] },
  DescribeStateMachine: { role: "read", about: ["stateMachineArn"] },
  DescribeStateMachineAlias: { role: "read", about: ["stateMachineAliasArn"] },
  DescribeStateMachineForExecution: { role: "read", about: ["executionArn"] },
  GetActivityTask: { role: "start", about: ["activityArn"] },
  GetExecutionHistory: { role: "read", about: ["executionArn"] },
  ListActivities: { role: "read", about: "filtered" },
  ListExecutions: { role: "read", about: ["stateMachineArn", "mapRunArn"] },
  ListFunctionLines: { role: "read", about: ["executionArn"] },
  ListMapRuns: { role: "read", about: ["executionArn"] },
  ListOpenTasks: { role: "operate", about: "filtered" }, // with the tokens, which are secrets
  ListStateMachineAliases: { role: "read", about: ["stateMachineArn"] },
  ListStateMachineVersions: { role: "read", about: ["stateMachineArn"] },
  ListStateMachines: { role: "read", about: "filtered" },
  ListStateMachinesWithTags: { role: "read", about: "filtered" },
  ListTagsForResource: { role: "read", about: ["resourceArn"] },
  PublishStateMachineVersion: { role: "admin", about: ["stateMachineArn"] },
  RedriveExecution: { role: "operate", about: ["executionArn"] },
  SearchExecutions: { role: "read", about: "filtered" },
  SendTaskFailure: { role: "start", about: ["taskToken"] },
  SendTaskHeartbeat: { role: "start", about: ["taskToken"] },
  SendTaskSuccess: { role: "start", about: ["taskToken"] },
  StartExecution: { role: "start", about: ["stateMachineArn"] },
  StartSyncExecution: { role: "start", about: ["stateMachineArn"] },
  StopExecution: { role: "operate", about: ["executionArn"] },
  SummarizeExecutions: { role: "read", about: ["stateMachineArn"] },
  TagResource: { role: "admin", about: ["resourceArn"] },
  TestState: { role: "admin", about: [] }, // calls what Tasks may call
  UntagResource: { role: "admin", about: ["resourceArn"] },
  UpdateMapRun: { role: "operate", about: ["mapRunArn"] },
  UpdateStateMachine: { role: "admin", about: ["stateMachineArn"] },
  UpdateStateMachineAlias: { role: "admin", about: ["stateMachineAliasArn", "routingConfiguration"] },
  ValidateStateMachineDefinition: { role: "read", about: "harmless" },
};

/** An operation as the caller of both faces gets it: if the caller may. */
export async function perform(call: Call, name: RestOperationName, input: unknown): Promise<Answer> {
  authorize(call, name, input);
  return await restOperations[name].answer(call, input);
}

function authorize(call: Call, name: RestOperationName, input: unknown): void {
  const { access } = call;
  if (!access) return;
  const { role, about } = permissions[name];
  const members = typeof about === "string" ? [] : about;
  const given = members.flatMap((member) => valuesOf(input, member));
  const allowed = hasRole(access, role) && (typeof about === "string" || coversAll(call, access, given));
  if (!allowed) throw denied(call, access, name, given[0]);
}

/** A member of the input that says what the request is about, and its value. */
interface Given {
  readonly member: Member;
  readonly value: string;
}

function valuesOf(input: unknown, member: Member): readonly Given[] {
  const value = memberOf(input, member);
  const values = member === "routingConfiguration" && Array.isArray(value) ? value.map(versionOf) : [value];
  return values.flatMap((each) => (typeof each === "string" ? [{ member, value: each }] : []));
}

function versionOf(route: unknown): unknown {
  return memberOf(route, "stateMachineVersionArn");
}

function memberOf(value: unknown, member: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(member) : undefined;
}

function coversAll(call: Call, access: Access, given: readonly Given[]): boolean {
  if (access.machines === undefined) return true;
  const names = given.map(({ member, value }) => readers[member](value, call));
  return names.length > 0 && names.every((name) => name === nobody || (name !== undefined && covers(access, name)));
}

/** What no execution waits for is nobody's; the operation itself says so. */
const nobody = Symbol("nobody");

type Reader = (value: string, call: Call) => string | typeof nobody | undefined;

const readers = {
  name: (value) => value,
  stateMachineArn: nameIn,
  stateMachineAliasArn: nameIn,
  stateMachineVersionArn: nameIn,
  routingConfiguration: nameIn,
  executionArn: nameIn,
  mapRunArn: nameIn,
  activityArn: nameIn,
  resourceArn: nameIn,
  taskToken: nameInToken,
} satisfies Record<string, Reader>;

type Member = keyof typeof readers;

/** `arn:aws:states:region:account:type:NAME…`, with `:version`, `/label` or `#case` behind it. */
function nameIn(arn: string): string | undefined {
  return arn.split(":")[6]?.split(/[/#]/)[0];
}

function nameInToken(token: string, { engine }: Call): string | typeof nobody {
  const read = readToken(engine, token, engine.world.clock.now());
  return read.kind === "claim" ? executionName(read.claim.execution).machine : nobody;
}

function denied({ tenant }: Call, { accessKeyId }: Access, name: RestOperationName, given: Given | undefined): Refusal {
  const user = `arn:aws:iam::${tenant.account}:user/${accessKeyId}`;
  const resource = given && given.member !== "taskToken" && given.member !== "name" ? given.value : "*";
  return new Refusal(
    "AccessDeniedException",
    `User: ${user} is not authorized to perform: states:${name} on resource: ${resource.slice(0, 2048)} because no identity-based policy allows the states:${name} action`,
    { namespace: "framework" },
  );
}
