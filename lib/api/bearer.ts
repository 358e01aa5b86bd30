/**
 * Bearer tokens of the REST face: `baton_<access key id>_<expiry>_<mac>`. Whoever holds an access key makes them
 * without asking anybody; a token does not give the key's secret away, and goes with the key when that is revoked.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Instant } from "../asl/position.ts";

export interface BearerToken {
  readonly accessKeyId: string;
  /** Seconds since 1970; 0: as long as the key. */
  readonly expires: number;
  readonly mac: string;
}

export function mintBearer(key: { accessKeyId: string; secretAccessKey: string }, expires = 0): string {
  return `baton_${key.accessKeyId}_${expires}_${macOf(key.secretAccessKey, key.accessKeyId, expires)}`;
}

/** Undefined for what does not look like one. */
export function readBearer(token: string): BearerToken | undefined {
  const [, accessKeyId, expires, mac] = /^baton_([A-Za-z0-9]{1,64})_(\d{1,12})_([0-9a-f]{64})$/.exec(token) ?? [];
  return accessKeyId && expires && mac ? { accessKeyId, expires: Number(expires), mac } : undefined;
}

export function isGenuine({ accessKeyId, expires, mac }: BearerToken, secret: string): boolean {
  return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(secret, accessKeyId, expires)));
}

export function isOver({ expires }: BearerToken, now: Instant): boolean {
  return expires !== 0 && expires * 1000 <= now;
}

/** "bearer" keeps it apart from whatever else the secret signs. */
function macOf(secret: string, accessKeyId: string, expires: number): string {
  return createHmac("sha256", secret).update(`bearer\n${accessKeyId}\n${expires}`).digest("hex");
}
