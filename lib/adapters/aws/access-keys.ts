/** The access key that signs requests to Baton's own API, as it stands in Secrets Manager. */
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { makeClients } from "./clients.ts";

/** How long a key that was replaced is still accepted; asking each time would cost more than the request. */
const rememberedMilliseconds = 5 * 60_000;

/** Answers the secret of an access key; undefined: there is no such key. */
export type SecretOf = (accessKeyId: string) => Promise<string | undefined>;

export function openAccessKeys(secretId: string, client: SecretsManagerClient = makeClients().secrets): SecretOf {
  let known: { readonly key: Promise<AccessKey>; readonly until: number } | undefined;
  return async (accessKeyId) => {
    if (known === undefined || known.until < Date.now()) {
      known = { key: readAccessKey(client, secretId), until: Date.now() + rememberedMilliseconds };
      known.key.catch(() => {
        known = undefined; // an outage must not be remembered
      });
    }
    const key = await known.key;
    return key.accessKeyId === accessKeyId ? key.secretAccessKey : undefined;
  };
}

interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

async function readAccessKey(client: SecretsManagerClient, secretId: string): Promise<AccessKey> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  const { accessKeyId, secretAccessKey } = JSON.parse(SecretString ?? "{}") as Partial<AccessKey>;
  if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string") {
    throw new Error(`secret ${secretId} is not of the form {"accessKeyId": "…", "secretAccessKey": "…"}`);
  }
  return { accessKeyId, secretAccessKey };
}
