/** What there is in the stack of those who use an installation: once for each stack and installation, or each stack, however many ask for it. */
import { Names, Stack } from "aws-cdk-lib";
import type { Construct, IConstruct } from "constructs";
import type { IBaton } from "./baton.ts";
import { packagedBundles } from "./function.ts";

export function shared<Made extends Construct>(
  scope: IConstruct,
  baton: IBaton | undefined,
  name: string,
  kind: new (scope: Construct, id: string, bundles: string) => Made,
  bundles: string = packagedBundles(),
): Made {
  const stack = Stack.of(scope);
  const id = `Baton${name}${baton ? `-${Names.nodeUniqueId(baton.node)}` : ""}`;
  const known = stack.node.tryFindChild(id);
  return known instanceof kind ? known : new kind(stack, id, bundles);
}
