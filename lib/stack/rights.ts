/**
 * Rights that the machines of an installation give its roles. IAM takes 10,240 characters of inline policies for a
 * role, which some dozens of machines fill; what comes after that stands in managed policies, which machines of one
 * stack share.
 *
 * A machine waits for its inline policies, so that its tasks may do what they do before it counts. For a shared policy
 * it does not: that one waits for all that the tasks of others call, and what they call may wait for this machine.
 */
import { Annotations, Names, Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { IBaton } from "./baton.ts";

/** In characters: a role has at most two of them, and the rest is for what the installation and its owner give it. */
const inlineRoom = { Tasks: 4_500, Files: 3_000, Log: 1_500 } as const;
/** IAM's most for a managed policy is 6,144. */
const managedRoom = 6_000;
/** IAM's most for a role, as long as nobody has asked for more. */
const mostManaged = 10;
/** An ARN that is known when it is deployed has fewer. */
const unknownLength = 150;

/** Of the installation's roles that tasks are called under, that read and write files, that write logs. */
type Kind = keyof typeof inlineRoom;

interface Taken {
  readonly inline: Record<Kind, number>;
  /** By stack and kind, the last of its policies. */
  readonly shared: Map<string, { readonly policy: iam.ManagedPolicy; readonly number: number; room: number }>;
  managed: number;
}

const takenOf = new WeakMap<IBaton, Taken>();

/** Those of the statements that are to be inline; the others are given to the roles here. */
export function inlineOf(
  scope: Construct,
  baton: IBaton,
  kind: Kind,
  roles: readonly iam.IRole[],
  statements: readonly iam.PolicyStatement[],
): readonly iam.PolicyStatement[] {
  const taken = takenOf.get(baton) ?? { inline: { Tasks: 0, Files: 0, Log: 0 }, shared: new Map(), managed: 0 };
  takenOf.set(baton, taken);
  const stack = Stack.of(scope);
  return statements.filter((statement) => {
    const length = lengthOf(statement, stack);
    if (taken.inline[kind] + length > inlineRoom[kind]) {
      sharedPolicy(stack, baton, taken, { kind, roles, length }).addStatements(statement);
      return false;
    }
    taken.inline[kind] += length;
    return true;
  });
}

function sharedPolicy(
  stack: Stack,
  baton: IBaton,
  taken: Taken,
  { kind, roles, length }: { readonly kind: Kind; readonly roles: readonly iam.IRole[]; readonly length: number },
): iam.ManagedPolicy {
  const place = `${stack.node.addr} ${kind}`;
  const last = taken.shared.get(place);
  if (last && last.room >= length) {
    last.room -= length;
    return last.policy;
  }
  taken.managed += 1;
  if (taken.managed > mostManaged) warn(stack, taken.managed);
  // By the stack's own count: a policy must not change its name for what another stack needs.
  const number = (last?.number ?? 0) + 1;
  const policy = new iam.ManagedPolicy(stack, `Baton${kind}Rights${number}-${Names.nodeUniqueId(baton.node)}`, {
    description: "What the state machines of this stack need of their Baton's roles",
    document: new iam.PolicyDocument({ minimize: true }),
    roles: [...roles],
  });
  taken.shared.set(place, { policy, number, room: managedRoom - length });
  return policy;
}

function warn(stack: Stack, managed: number): void {
  Annotations.of(stack).addWarningV2(
    "baton-states:manyRights",
    `the state machines fill ${managed} managed policies, and IAM attaches ${mostManaged} to a role unless its quota is raised; with 'machineRoles' of their Baton each has a role of its own`,
  );
}

/** About what IAM counts. */
function lengthOf(statement: iam.PolicyStatement, stack: Stack): number {
  const resolved: unknown = stack.resolve(statement.toStatementJson());
  return JSON.stringify(resolved, (_, value) => (isIntrinsic(value) ? "x".repeat(unknownLength) : value)).length;
}

function isIntrinsic(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const [key = "", ...others] = Object.keys(value);
  return others.length === 0 && /^(Ref|Fn::\w+)$/.test(key);
}
