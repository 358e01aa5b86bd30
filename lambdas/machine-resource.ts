/** What CloudFormation asks for a `BatonStateMachine` or a `BatonActivity`: create, update or delete it through the API of its installation. */
import { setTimeout } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { answerResource, type ResourceEvent } from "../lib/adapters/aws/custom-resource.ts";
import { resourceTypes } from "../lib/adapters/aws/names.ts";
import { changeActivity } from "../lib/api/activity-resource.ts";
import { changeMachine } from "../lib/api/machine-resource.ts";
import { patientCall } from "../lib/api/patient-call.ts";
import { callWithKey } from "./key-holder.ts";

/** For a last call, and to answer. */
const lastMilliseconds = 60_000;

export const handler = async (event: ResourceEvent, context: Context): Promise<void> =>
  await answerResource(event, async (asked) => {
    const { PhysicalResourceId, ResourceProperties, OldResourceProperties } = asked;
    const { Endpoint, KeySecretArn } = ResourceProperties;
    const patience = {
      left: () => context.getRemainingTimeInMillis() - lastMilliseconds,
      wait: (milliseconds: number) => setTimeout(milliseconds),
    };
    const change = asked.ResourceType === resourceTypes.activity ? changeActivity : changeMachine;
    return await change(
      {
        kind: asked.RequestType,
        owner: { stackId: asked.StackId, logicalId: asked.LogicalResourceId },
        wanted: ResourceProperties,
        ...(PhysicalResourceId === undefined ? {} : { before: PhysicalResourceId }),
        ...(OldResourceProperties === undefined ? {} : { old: OldResourceProperties }),
      },
      patientCall(async (operation, input) => {
        const call = await callWithKey(String(Endpoint), String(KeySecretArn));
        return await call(operation, input);
      }, patience),
    );
  });
