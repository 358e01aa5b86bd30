/**
 * Access keys in Secrets Manager. A secret holds one key, as the stack makes them, or many (`{"keys": […]}`), as
 * `baton keys` writes them. The API reads them all and remembers them: to ask for each request would cost more
 * than the request, and a stranger who tries ids would be asking for us.
 */
import {
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { AccessKey, AccessKeys, Role } from "../../engine/ports.ts";

/** How long a key that was revoked may still be accepted. */
const rememberedMilliseconds = 60_000;

/** A key that is not known may be new; however many are tried, the secrets are read no more often than this. */
const patienceMilliseconds = 5_000;

export type FindKey = (accessKeyId: string) => Promise<AccessKey | undefined>;

/** Of the keys in all these secrets. */
export function rememberAccessKeys(
  secretIds: readonly string[],
  client: SecretsManagerClient,
  now: () => number = Date.now,
): FindKey {
  let known: { readonly keys: Promise<ReadonlyMap<string, AccessKey>>; readonly since: number } | undefined;
  const load = async (): Promise<ReadonlyMap<string, AccessKey>> => {
    const all = await Promise.all(secretIds.map((secretId) => readSecret(client, secretId)));
    return new Map(all.flatMap(({ keys }) => keys).map((key) => [key.accessKeyId, key]));
  };
  const keysSince = async (earliest: number): Promise<ReadonlyMap<string, AccessKey>> => {
    if (known === undefined || known.since < earliest) {
      const asked = { keys: load(), since: now() };
      known = asked;
      asked.keys.catch(() => {
        if (known === asked) known = undefined; // an outage must not be remembered
      });
    }
    return await known.keys;
  };
  return async (accessKeyId) => {
    const found = (await keysSince(now() - rememberedMilliseconds)).get(accessKeyId);
    return found ?? (await keysSince(now() - patienceMilliseconds)).get(accessKeyId);
  };
}

/** Whoever loses to another writer looks at what that one wrote and writes again; more of them is not an accident. */
const mostTries = 20;

/** Those of one secret, for whoever issues and revokes them. */
export function secretAccessKeys(secretId: string, client: SecretsManagerClient): AccessKeys {
  const list = async (): Promise<readonly AccessKey[]> => (await readSecret(client, secretId)).keys;
  const change = async (edit: (keys: readonly AccessKey[]) => readonly AccessKey[]): Promise<void> => {
    for (let tries = 0; tries < mostTries; tries++) {
      const stands = await readSecret(client, secretId);
      if (await replaceSecret(client, secretId, stands.version, edit(stands.keys))) return;
    }
    throw new Error(`secret ${secretId} is being changed by others; try again`);
  };
  return {
    list,
    find: async (accessKeyId) => (await list()).find((key) => key.accessKeyId === accessKeyId),
    add: async (key) => await change((keys) => [...keys.filter((one) => one.accessKeyId !== key.accessKeyId), key]),
    async remove(accessKeyId) {
      if (!(await list()).some((key) => key.accessKeyId === accessKeyId)) return "absent";
      await change((keys) => keys.filter((key) => key.accessKeyId !== accessKeyId));
      return "removed";
    },
  };
}

interface Secret {
  readonly keys: readonly AccessKey[];
  readonly version: string | undefined;
}

async function readSecret(client: SecretsManagerClient, secretId: string): Promise<Secret> {
  const asked = new GetSecretValueCommand({ SecretId: secretId, VersionStage: "AWSCURRENT" });
  const { SecretString = "{}", VersionId } = await client.send(asked);
  return { keys: parseKeys(SecretString, secretId), version: VersionId };
}

/** What Secrets Manager takes. */
const mostBytes = 65_536;

/** Held by a version that is to become the current one; whoever writes after it takes the label along. */
const nextStage = "BATON_NEXT";

/**
 * False if `stands` is no longer the current version. Secrets Manager moves the label of the current version only
 * away from the version it is told: that is the condition which two writers at the same time need
 * (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html).
 */
async function replaceSecret(
  client: SecretsManagerClient,
  secretId: string,
  stands: string | undefined,
  keys: readonly AccessKey[],
): Promise<boolean> {
  const text = JSON.stringify({ keys });
  if (Buffer.byteLength(text) > mostBytes)
    throw new Error(`secret ${secretId} holds ${keys.length} keys and has no room for more; revoke some`);
  const next = { SecretId: secretId, SecretString: text, VersionStages: [nextStage] };
  const { VersionId } = await client.send(new PutSecretValueCommand(next));
  const moved = new UpdateSecretVersionStageCommand({
    SecretId: secretId,
    VersionStage: "AWSCURRENT",
    MoveToVersionId: VersionId,
    RemoveFromVersionId: stands,
  });
  try {
    await client.send(moved);
    return true;
  } catch (error) {
    if (error instanceof InvalidParameterException) return false;
    throw error;
  }
}

const roles: readonly string[] = ["read", "start", "operate", "admin"] satisfies readonly Role[];

function parseKeys(text: string, secretId: string): readonly AccessKey[] {
  const content: { keys?: unknown } = JSON.parse(text) ?? {};
  const given = "accessKeyId" in content ? [content] : (content.keys ?? []);
  if (Array.isArray(given)) {
    const keys = given.map((key) => ({ role: "admin", ...key })); // a key without a role is older than roles
    if (keys.every(isKey)) return keys;
  }
  throw new Error(
    `secret ${secretId} is not of the form {"accessKeyId": "…", "secretAccessKey": "…", "role": "…"} or {"keys": […]} of such`,
  );
}

function isKey(key: Readonly<Record<string, unknown>>): key is Readonly<Record<string, unknown>> & AccessKey {
  return (
    typeof key["accessKeyId"] === "string" &&
    typeof key["secretAccessKey"] === "string" &&
    key["secretAccessKey"] !== "" &&
    roles.includes(String(key["role"])) &&
    (key["machines"] === undefined || Array.isArray(key["machines"]))
  );
}
