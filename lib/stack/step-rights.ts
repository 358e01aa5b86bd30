/**
 * What an installation does itself for a machine, and not under the role that its tasks are called under: its functions
 * read the items and write the results of Distributed Maps, and write the machine's log. The rights are a policy in the
 * machine's stack, so that the installation's does not depend on it.
 */
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { IBaton } from "./baton.ts";
import { inlineOf } from "./rights.ts";

export interface StepRights {
  /** On the buckets of its Distributed Maps. */
  readonly files: readonly iam.PolicyStatement[];
  readonly logGroupArn: string | undefined;
  /** Of all machines on the installation, this one's alone. */
  readonly policyName: string;
}

/** An installation that is imported shows no functions: there `itemBuckets`, `resultBuckets` and `executionLogGroups` say it. */
export function permitSteps(machine: Construct, baton: IBaton, rights: StepRights): readonly iam.Policy[] {
  const functions = baton._functions;
  if (functions === undefined) return [];
  const { files, logGroupArn, policyName } = rights;
  const permit = (
    kind: "Files" | "Log",
    roles: readonly iam.IRole[],
    wanted: readonly iam.PolicyStatement[],
  ): iam.Policy[] => {
    const statements = [...inlineOf(machine, baton, kind, roles, wanted)];
    if (statements.length === 0) return [];
    return [new iam.Policy(machine, kind, { policyName: `${policyName}${kind}`, roles: [...roles], statements })];
  };
  const log = new iam.PolicyStatement({
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [logGroupArn ?? ""],
  });
  const everyRole = Object.values(functions).map(({ role }) => role);
  return [
    ...permit("Files", [functions.advance.role], files),
    ...(logGroupArn === undefined ? [] : permit("Log", everyRole, [log])),
  ];
}
