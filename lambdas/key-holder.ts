/** Calls of an installation's API from a function in the stack of one of its users, with a key out of a secret. */
import { secretAccessKeys } from "../lib/adapters/aws/access-keys.ts";
import { makeClients } from "../lib/adapters/aws/clients.ts";
import type { CallApi } from "../lib/api/machine-resource.ts";
import { signedCall } from "../lib/api/signed-call.ts";

const { secrets } = makeClients();

export async function callWithKey(endpoint: string, keySecretArn: string): Promise<CallApi> {
  const [credentials] = await secretAccessKeys(keySecretArn, secrets).list();
  if (credentials === undefined) throw new Error(`there is no access key in ${keySecretArn}`);
  const region = process.env["AWS_REGION"] ?? "us-east-1";
  return (operation, input) => signedCall({ endpoint, region, credentials }, operation, input, Date.now());
}
