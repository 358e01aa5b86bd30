/** The function behind `BatonStateMachine`: one for each stack and installation, which may read that installation's key and no more. */
import { Duration, Names, Stack } from "aws-cdk-lib";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { IBaton } from "./baton.ts";
import { BatonFunction, packagedBundles } from "./function.ts";

export function machineHandler(scope: Construct, baton: IBaton, bundles = packagedBundles()): lambda.IFunction {
  const stack = Stack.of(scope);
  const id = `BatonMachines-${Names.nodeUniqueId(baton.node)}`;
  const known = stack.node.tryFindChild(id);
  return known instanceof MachineHandler ? known.handler : new MachineHandler(stack, id, baton, bundles).handler;
}

class MachineHandler extends Construct {
  readonly handler: lambda.Function;

  constructor(scope: Construct, id: string, baton: IBaton, bundles: string) {
    super(scope, id);
    const made = new BatonFunction(this, "Machines", {
      name: "machine-resource",
      description: "Makes, changes and deletes the state machines of this stack on Baton",
      bundles,
      timeout: Duration.minutes(1),
      memorySize: 256,
      logRetention: logs.RetentionDays.ONE_MONTH,
      environment: {},
    });
    made.allow(["secretsmanager:GetSecretValue"], [baton.accessKeySecretArn]);
    this.handler = made.handler;
  }
}
