/**
 * The installation's signing key, read once when the world opens: from Secrets Manager, or, where there is none,
 * from the table. Whoever may write the table may write any execution's log, so a key beside it gives nothing away.
 */
import { createHmac, randomBytes } from "node:crypto";
import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Keys } from "../../engine/ports.ts";
import { signingKeyPlace } from "./places.ts";
import { keyOf, nobodyWasFirst, type Store } from "./store.ts";

/** 256 bits, what HMAC-SHA-256 can use. */
const shortestKey = 32;
const drawnKey = 48;

export async function openKeys(secrets: SecretsManagerClient, secretId: string): Promise<Keys> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
  return keysOf(readKey(SecretString ?? "", secretId), `secret ${secretId}`);
}

/** Draws the key if there is none yet; of several who do so at once, one is first. */
export async function openStoredKeys({ dynamodb, table: TableName }: Pick<Store, "dynamodb" | "table">): Promise<Keys> {
  const Key = keyOf(signingKeyPlace);
  const read = async (): Promise<string | undefined> => {
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Item?.["key"]?.S;
  };
  const found = await read();
  if (found !== undefined) return keysOf(found, `table ${TableName}`);
  const Item = { ...Key, key: { S: randomBytes(drawnKey).toString("base64") } };
  try {
    await dynamodb.send(new PutItemCommand({ TableName, Item, ConditionExpression: nobodyWasFirst }));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  return keysOf((await read()) ?? "", `table ${TableName}`);
}

function keysOf(base64: string, place: string): Keys {
  const key = Buffer.from(base64, "base64");
  if (key.length < shortestKey) throw new Error(`the signing key in ${place} is shorter than ${shortestKey} bytes`);
  return { sign: (text) => createHmac("sha256", key).update(text).digest("base64url") };
}

function readKey(secret: string, secretId: string): string {
  const { key } = JSON.parse(secret) as { key?: unknown };
  if (typeof key !== "string") throw new Error(`secret ${secretId} is not of the form {"key": "<base64>"}`);
  return key;
}
