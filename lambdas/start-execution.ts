/** What an EventBridge rule with a `BatonTarget` calls: starts an execution through the API of its installation. */
import { secretAccessKeys } from "../lib/adapters/aws/access-keys.ts";
import { makeClients } from "../lib/adapters/aws/clients.ts";
import { signedCall } from "../lib/api/signed-call.ts";
import { type StartingEvent, startByEvent } from "../lib/api/start-by-event.ts";

interface RuleEvent extends StartingEvent {
  readonly endpoint: string;
  /** Of a key that may start executions of the machine. */
  readonly keySecretArn: string;
}

const { secrets } = makeClients();

export const handler = async ({ endpoint, keySecretArn, ...event }: RuleEvent): Promise<void> => {
  const [credentials] = await secretAccessKeys(keySecretArn, secrets).list();
  if (credentials === undefined) throw new Error(`there is no access key in ${keySecretArn}`);
  const region = process.env["AWS_REGION"] ?? "us-east-1";
  await startByEvent(event, (operation, input) =>
    signedCall({ endpoint, region, credentials }, operation, input, Date.now()),
  );
};
