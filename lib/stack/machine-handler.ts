/** The function behind `BatonStateMachine`, which may read its installation's key and no more. */
import { Duration } from "aws-cdk-lib";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { IBaton } from "./baton.ts";
import { sharedFunction } from "./shared-function.ts";

export function machineHandler(scope: Construct, baton: IBaton, bundles: string | undefined): lambda.IFunction {
  const made = sharedFunction(scope, baton, {
    id: "Machines",
    name: "machine-resource",
    description: "Makes, changes and deletes the state machines of this stack on Baton",
    timeout: Duration.minutes(1),
    bundles,
  });
  made.allow(["secretsmanager:GetSecretValue"], [baton.accessKeySecretArn]);
  return made.handler;
}
