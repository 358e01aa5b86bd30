/** A request of each operation about `orders-…`, and the least role that may make it: by hand, a second time. */
import { roles } from "../../lib/api/access.ts";
import { permissions } from "../../lib/api/permissions.ts";
import type { Role } from "../../lib/engine/ports.ts";
import { callback, pass, role } from "./requests.ts";

/** `limited`: what becomes of it with a key for `orders-*`. */
export type RequestsByRole = Readonly<
  Record<keyof typeof permissions, readonly [least: Role, input: object, limited?: "refused"]>
>;

/** There is the activity `orders-pack`, the machine `orders-eu` with a version, and its execution `one`, whose task has the token. */
export function requestsByRole({ account, taskToken }: { account: string; taskToken: string }): RequestsByRole {
  const arn = (kind: string, name: string): string => `arn:aws:states:us-east-1:${account}:${kind}:${name}`;
  const stateMachineArn = arn("stateMachine", "orders-eu");
  const activityArn = arn("activity", "orders-pack");
  const executionArn = arn("execution", "orders-eu:one");
  const mapRunArn = arn("mapRun", "orders-eu/Each:7f");
  const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:1`, weight: 100 }];
  return {
    CountExecutions: ["read", { stateMachineArn, from: "2026-01-01", until: "2026-01-02" }],
    CreateActivity: ["admin", { name: "orders-pack" }],
    CreateStateMachine: ["admin", { name: "orders-eu", definition: callback, roleArn: role }],
    CreateStateMachineAlias: ["admin", { name: "live", routingConfiguration }],
    DeleteActivity: ["admin", { activityArn: `${activityArn}-2` }],
    DeleteStateMachine: ["admin", { stateMachineArn: `${stateMachineArn}-2` }],
    DeleteStateMachineAlias: ["admin", { stateMachineAliasArn: `${stateMachineArn}:no` }],
    DeleteStateMachineVersion: ["admin", { stateMachineVersionArn: `${stateMachineArn}:9` }],
    DescribeActivity: ["read", { activityArn }],
    DescribeExecution: ["read", { executionArn }],
    DescribeExecutionOrigin: ["read", { executionArn }],
    DescribeMapRun: ["read", { mapRunArn }],
    DescribeStateMachine: ["read", { stateMachineArn: `${stateMachineArn}:1` }],
    DescribeStateMachineAlias: ["read", { stateMachineAliasArn: `${stateMachineArn}:live` }],
    DescribeStateMachineForExecution: ["read", { executionArn }],
    GetActivityTask: ["start", { activityArn }],
    GetExecutionHistory: ["read", { executionArn }],
    ListActivities: ["read", {}],
    ListExecutions: ["read", { stateMachineArn }],
    ListFunctionLines: ["read", { executionArn, event: 1 }],
    ListMapRuns: ["read", { executionArn }],
    ListOpenTasks: ["operate", {}],
    ListStateMachineAliases: ["read", { stateMachineArn }],
    ListStateMachineVersions: ["read", { stateMachineArn }],
    ListStateMachines: ["read", {}],
    ListStateMachinesWithTags: ["read", {}],
    ListTagsForResource: ["read", { resourceArn: stateMachineArn }],
    PublishStateMachineVersion: ["admin", { stateMachineArn }],
    RedriveExecution: ["operate", { executionArn }],
    SearchExecutions: ["read", {}],
    SendTaskFailure: ["start", { taskToken }],
    SendTaskHeartbeat: ["start", { taskToken }],
    SendTaskSuccess: ["start", { taskToken, output: "{}" }],
    StartExecution: ["start", { stateMachineArn: `${stateMachineArn}:1` }],
    StartSyncExecution: ["start", { stateMachineArn }],
    StopExecution: ["operate", { executionArn }],
    SummarizeExecutions: ["read", { stateMachineArn }],
    TagResource: ["admin", { resourceArn: activityArn, tags: [] }],
    TestState: ["admin", { definition: '{"Type":"Pass","End":true}' }, "refused"],
    UntagResource: ["admin", { resourceArn: stateMachineArn, tagKeys: [] }],
    UpdateMapRun: ["operate", { mapRunArn, maxConcurrency: 1 }],
    UpdateStateMachine: ["admin", { stateMachineArn, definition: callback }],
    UpdateStateMachineAlias: ["admin", { stateMachineAliasArn: `${stateMachineArn}:live`, routingConfiguration }],
    ValidateStateMachineDefinition: ["read", { definition: pass }],
  };
}

/** With a key of that role, limited to no names, to names that cover the machine, or to others. */
export function mayCall(
  requests: RequestsByRole,
  name: keyof RequestsByRole,
  given: Role,
  limit: "none" | "covering" | "other",
): boolean {
  const [least, , limited] = requests[name];
  const about = permissions[name].about;
  const named = limit === "none" || typeof about === "string" || (limit === "covering" && limited !== "refused");
  return roles.indexOf(given) >= roles.indexOf(least) && named;
}
