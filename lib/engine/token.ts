/**
 * Task tokens: the claim's name under the installation's key. Nothing is stored; that a token is used
 * once follows from the fence (the claim is gone once it was answered).
 */
import { timingSafeEqual } from "node:crypto";
import type { Instant } from "../asl/position.ts";
import type { Engine } from "./engine.ts";
import type { SegmentKey } from "./ports.ts";

/** The service's own limit on the life of an execution. */
const longestLife = 366 * 24 * 3_600_000;

export function mintToken(engine: Engine, claim: SegmentKey, now: Instant): string {
  const name = Buffer.from(JSON.stringify([claim.execution, claim.branch, claim.seq, now + longestLife])).toString(
    "base64url",
  );
  return `${name}.${engine.world.keys.sign(`task-token ${name}`)}`;
}

export type ReadToken =
  | { readonly kind: "claim"; readonly claim: SegmentKey }
  | { readonly kind: "invalid" }
  | { readonly kind: "expired" };

export function readToken(engine: Engine, token: string, now: Instant): ReadToken {
  const [name = "", signature = "", more] = token.split(".");
  const expected = Buffer.from(engine.world.keys.sign(`task-token ${name}`));
  const given = Buffer.from(signature);
  if (more !== undefined || given.length !== expected.length || !timingSafeEqual(given, expected))
    return { kind: "invalid" };
  const [execution, branch, seq, expiry] = JSON.parse(Buffer.from(name, "base64url").toString());
  return now > expiry ? { kind: "expired" } : { kind: "claim", claim: { execution, branch, seq } };
}
