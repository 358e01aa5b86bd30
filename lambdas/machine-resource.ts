/** What CloudFormation asks for a `BatonStateMachine`: create, update or delete it through the API of its installation. */
import { answerResource, type ResourceEvent } from "../lib/adapters/aws/custom-resource.ts";
import { changeMachine } from "../lib/api/machine-resource.ts";
import { callWithKey } from "./key-holder.ts";

export const handler = async (event: ResourceEvent): Promise<void> =>
  await answerResource(event, async (asked) => {
    const { PhysicalResourceId, ResourceProperties, OldResourceProperties } = asked;
    const { Endpoint, KeySecretArn } = ResourceProperties;
    return await changeMachine(
      {
        kind: asked.RequestType,
        owner: { stackId: asked.StackId, logicalId: asked.LogicalResourceId },
        wanted: ResourceProperties,
        ...(PhysicalResourceId === undefined ? {} : { before: PhysicalResourceId }),
        ...(OldResourceProperties === undefined ? {} : { old: OldResourceProperties }),
      },
      await callWithKey(String(Endpoint), String(KeySecretArn)),
    );
  });
