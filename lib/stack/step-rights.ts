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

export interface StepPolicies {
  readonly policies: readonly iam.Policy[];
  /** What an app grants the machine: what is about files is the installation's, too, as the key of a bucket. The resource waits for it. */
  readonly allow: (granted: iam.PolicyStatement, resource: Construct) => void;
}

const aboutFiles = /^(s3|kms):/;

/** An installation that is imported shows no functions: there `itemBuckets`, `resultBuckets` and `executionLogGroups` say it. */
export function permitSteps(machine: Construct, baton: IBaton, rights: StepRights): StepPolicies {
  const functions = baton._functions;
  if (functions === undefined) return { policies: [], allow: () => {} };
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
  const readers = [functions.advance.role];
  const policies = [
    ...permit("Files", readers, files),
    ...(logGroupArn === undefined ? [] : permit("Log", everyRole, [log])),
  ];
  if (files.length === 0) return { policies, allow: () => {} };
  let more: iam.Policy | undefined;
  return {
    policies,
    allow: (granted, resource) => {
      if (!granted.actions.every((action) => aboutFiles.test(action))) return;
      const inline = inlineOf(machine, baton, "Files", readers, [granted]);
      if (inline.length === 0) return;
      more ??= new iam.Policy(machine, "MoreFiles", { policyName: `${policyName}MoreFiles`, roles: readers });
      more.addStatements(...inline);
      resource.node.addDependency(more);
    },
  };
}
