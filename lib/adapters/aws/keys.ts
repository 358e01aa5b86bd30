/** The installation's signing key, read once from Secrets Manager when the world opens. */
import { createHmac } from "node:crypto";
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Keys } from "../../engine/ports.ts";

/** 256 bits, what HMAC-SHA-256 can use. */
const shortestKey = 32;

export async function openKeys(secrets: SecretsManagerClient, secretId: string): Promise<Keys> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
  const key = Buffer.from(readKey(SecretString ?? "", secretId), "base64");
  if (key.length < shortestKey) throw new Error(`the key in secret ${secretId} is shorter than ${shortestKey} bytes`);
  return { sign: (text) => createHmac("sha256", key).update(text).digest("base64url") };
}

function readKey(secret: string, secretId: string): string {
  const { key } = JSON.parse(secret) as { key?: unknown };
  if (typeof key !== "string") throw new Error(`secret ${secretId} is not of the form {"key": "<base64>"}`);
  return key;
}
