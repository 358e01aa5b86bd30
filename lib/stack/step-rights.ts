/**
 * What an installation does itself for a machine, and not under the role that its tasks are called under: its functions
 * read the items and write the results of Distributed Maps, and write the machine's log. The rights are a policy in the
 * machine's stack, so that the installation's does not depend on it.
 */
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { IBaton } from "./baton.ts";

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
  const policy = (id: string, roles: readonly iam.IRole[], statements: readonly iam.PolicyStatement[]): iam.Policy =>
    new iam.Policy(machine, id, {
      policyName: `${policyName}${id}`,
      ...{ roles: [...roles], statements: [...statements] },
    });
  const log = new iam.PolicyStatement({
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [logGroupArn ?? ""],
  });
  const all = Object.values(functions).map(({ role }) => role);
  return [
    ...(files.length === 0 ? [] : [policy("Files", [functions.advance.role], files)]),
    ...(logGroupArn === undefined ? [] : [policy("Log", all, [log])]),
  ];
}
