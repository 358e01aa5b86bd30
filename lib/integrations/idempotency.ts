/** The name of an attempt for services that act once on one name, in the form that all of them take: a UUID. */
import { createHash } from "node:crypto";
import type { Call } from "../engine/ports.ts";

export function requestToken({ idempotencyKey }: Pick<Call, "idempotencyKey">): string {
  const digits = createHash("sha256").update(idempotencyKey).digest("hex");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits.slice(0, 32));
}
