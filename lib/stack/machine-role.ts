/**
 * Whom `bucket.grantRead(machine)` and the like mean. A machine has a role, but on most installations its tasks are
 * called under the installation's: what is granted to the machine is then granted to that one, too, or the grant would
 * be in the template and the call be refused all the same.
 */
import * as iam from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

/** Gives a statement to those who call the machine's tasks, if they have a role of their own. */
export type AllowCallers = (statement: iam.PolicyStatement) => void;

/** The role that a machine is given where the app brings none. */
export class MachineRole extends iam.Role {
  readonly #allowCallers: AllowCallers;

  constructor(scope: Construct, id: string, props: iam.RoleProps, allowCallers: AllowCallers) {
    super(scope, id, props);
    this.#allowCallers = allowCallers;
  }

  override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.#allowCallers(statement.copy());
    return super.addToPrincipalPolicy(statement);
  }
}

/** A machine whose role the app brings: what is granted to the machine goes to both, what is granted to the role stays there. */
export class GrantedMachine implements iam.IPrincipal {
  readonly grantPrincipal: iam.IPrincipal = this;
  readonly assumeRoleAction: string;
  readonly policyFragment: iam.PrincipalPolicyFragment;
  readonly principalAccount: string | undefined;
  readonly #machine: Construct;
  readonly #role: iam.IRole;
  readonly #allowCallers: AllowCallers;

  constructor(machine: Construct, role: iam.IRole, allowCallers: AllowCallers) {
    this.assumeRoleAction = role.assumeRoleAction;
    this.policyFragment = role.policyFragment;
    this.principalAccount = role.principalAccount;
    this.#machine = machine;
    this.#role = role;
    this.#allowCallers = allowCallers;
  }

  addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.#allowCallers(statement.copy());
    return this.#role.grantPrincipal.addToPrincipalPolicy(statement);
  }

  /** Grants that are remembered are remembered by this: `lambda.Function` gives each but once. */
  toString(): string {
    return this.#machine.node.path;
  }
}
