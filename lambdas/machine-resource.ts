/** What CloudFormation asks for a `BatonStateMachine`: create, update or delete it through the API of its installation. */
import { secretAccessKeys } from "../lib/adapters/aws/access-keys.ts";
import { makeClients } from "../lib/adapters/aws/clients.ts";
import { answerResource, type ResourceEvent } from "../lib/adapters/aws/custom-resource.ts";
import { changeMachine } from "../lib/api/machine-resource.ts";
import { signedCall } from "../lib/api/signed-call.ts";

const { secrets } = makeClients();

export const handler = async (event: ResourceEvent): Promise<void> =>
  await answerResource(
    event,
    async ({ RequestType, PhysicalResourceId, ResourceProperties, OldResourceProperties }) => {
      const { Endpoint, KeySecretArn } = ResourceProperties;
      const [credentials] = await secretAccessKeys(String(KeySecretArn), secrets).list();
      if (credentials === undefined) throw new Error(`there is no access key in ${KeySecretArn}`);
      const region = process.env["AWS_REGION"] ?? "us-east-1";
      const installation = { endpoint: String(Endpoint), region, credentials };
      return await changeMachine(
        {
          kind: RequestType,
          wanted: ResourceProperties,
          ...(PhysicalResourceId === undefined ? {} : { before: PhysicalResourceId }),
          ...(OldResourceProperties === undefined ? {} : { old: OldResourceProperties }),
        },
        (operation, input) => signedCall(installation, operation, input, Date.now()),
      );
    },
  );
