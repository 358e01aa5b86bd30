/** The function behind `BatonStateMachine` and `BatonActivity`, which may read its installation's key and no more. */
import { Duration } from "aws-cdk-lib";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { IBaton } from "./baton.ts";
import { BatonFunction } from "./function.ts";
import { shared } from "./shared.ts";

/** A key and a few calls of the API, each of which may take half a minute: it answers in any case. */
const answerTimeout = Duration.minutes(3);

/** With the two tries that Lambda makes when it died. Without a limit a stack waits for an hour. */
export const serviceTimeout = Duration.minutes(15);

/** One for all installations: CloudFormation lets no resource change its handler, and a machine may change its installation. */
export function machineHandler(scope: Construct, baton: IBaton, bundles: string | undefined): lambda.IFunction {
  const { made } = shared(scope, undefined, "Machines", MachineHandler, bundles);
  made.allow(["secretsmanager:GetSecretValue"], [baton.accessKeySecretArn]);
  return made.handler;
}

class MachineHandler extends Construct {
  readonly made: BatonFunction;

  constructor(scope: Construct, id: string, bundles: string) {
    super(scope, id);
    this.made = new BatonFunction(this, "Machines", {
      name: "machine-resource",
      description: "Makes, changes and deletes the state machines and activities of this stack on Baton",
      timeout: answerTimeout,
      bundles,
      memorySize: 256,
      logRetention: logs.RetentionDays.ONE_MONTH,
      environment: {},
    });
  }
}
