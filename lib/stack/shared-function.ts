/** A function in the stack of those who use an installation: one for each stack and installation, however many ask for it. */
import { type Duration, Names, Stack } from "aws-cdk-lib";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { resourceFunctions } from "../adapters/aws/names.ts";
import type { IBaton } from "./baton.ts";
import { BatonFunction, packagedBundles } from "./function.ts";

interface SharedFunctionProps {
  readonly id: string;
  readonly name: (typeof resourceFunctions)[number];
  readonly description: string;
  readonly timeout: Duration;
  /** @default - the bundles of this package */
  readonly bundles: string | undefined;
}

export function sharedFunction(scope: Construct, baton: IBaton, props: SharedFunctionProps): BatonFunction {
  const stack = Stack.of(scope);
  const id = `Baton${props.id}-${Names.nodeUniqueId(baton.node)}`;
  const known = stack.node.tryFindChild(id);
  return known instanceof SharedFunction ? known.made : new SharedFunction(stack, id, props).made;
}

class SharedFunction extends Construct {
  readonly made: BatonFunction;

  constructor(scope: Construct, id: string, { bundles = packagedBundles(), ...props }: SharedFunctionProps) {
    super(scope, id);
    this.made = new BatonFunction(this, props.id, {
      ...props,
      bundles,
      memorySize: 256,
      logRetention: logs.RetentionDays.ONE_MONTH,
      environment: {},
    });
  }
}
