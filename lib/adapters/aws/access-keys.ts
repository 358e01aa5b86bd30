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

/** A key that is not known, or did not sign, may be new; however many are tried, the secrets are read no more often than this. */
const patienceMilliseconds = 5_000;

/** `doubted`: what was found before did not sign the request, and may have been replaced since. */
export type FindKey = (accessKeyId: string, doubted?: boolean) => Promise<AccessKey | undefined>;

interface Known {
  readonly keys: ReadonlyMap<string, AccessKey>;
  /** Why not all secrets could be read; absent: they all were. */
  readonly failure?: { readonly reason: unknown };
}

/**
 * Of the keys in all these secrets. One that cannot be read (somebody wrote something else into it, or a deployment has
 * not given or has taken the right to it) locks out its own keys and no others.
 */
export function rememberAccessKeys(
  secretIds: readonly string[],
  client: SecretsManagerClient,
  now: () => number = Date.now,
): FindKey {
  let known: { readonly read: Promise<Known>; readonly since: number } | undefined;
  const keysSince = async (earliest: number): Promise<Known> => {
    if (known === undefined || known.since < earliest) {
      const asked = { read: readAll(secretIds, client), since: now() };
      known = asked;
      asked.read.catch(() => {
        if (known === asked) known = undefined; // an outage must not be remembered
      });
    }
    return await known.read;
  };
  return async (accessKeyId, doubted = false) => {
    const found = doubted ? undefined : (await keysSince(now() - rememberedMilliseconds)).keys.get(accessKeyId);
    if (found) return found;
    const { keys, failure } = await keysSince(now() - patienceMilliseconds);
    const newer = keys.get(accessKeyId);
    // It may stand in the secret that could not be read: to call it unknown would send its owner away.
    if (newer === undefined && failure) throw failure.reason;
    return newer;
  };
}

/** Rejects if not one could be read. */
async function readAll(secretIds: readonly string[], client: SecretsManagerClient): Promise<Known> {
  const answers = await Promise.allSettled(secretIds.map((secretId) => readSecret(client, secretId)));
  const failure = answers.find((answer) => answer.status === "rejected");
  const read = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  if (read.length === 0 && failure) throw failure.reason;
  const keys = new Map(read.flatMap((secret) => secret.keys).map((key) => [key.accessKeyId, key]));
  return { keys, ...(failure && { failure }) };
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
  const content = parsedObject(text);
  const given = content && ("accessKeyId" in content ? [content] : (content["keys"] ?? []));
  if (Array.isArray(given)) {
    const keys = given.map((key) => ({ role: "admin", ...key })); // a key without a role is older than roles
    if (keys.every(isKey)) return keys;
  }
  throw new Error(
    `secret ${secretId} is not of the form {"accessKeyId": "…", "secretAccessKey": "…", "role": "…"} or {"keys": […]} of such`,
  );
}

/** Undefined: it is none. What the parser would say of it quotes the secret. */
function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const content: unknown = JSON.parse(text) ?? {};
    return typeof content === "object" ? { ...content } : undefined;
  } catch {
    return undefined;
  }
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
